import type { ForgedKind, ForgedOutcome, ForgedReport } from '../../../model/probe/cookies/forged.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Stranger } from '../../../model/probe/cookies/stranger.ts'
import type { Page } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import { placeWords } from './verdict.ts'
import { labelled } from '../../text/blocks.ts'

/** What became of cookies that nobody was given, and what that says of whoever reads them. */
export function layoutForged({ forged, entries }: ProbeSurvey, page: Page): Line[] {
  if (forged === undefined) return []
  const { reports, points, cookie } = forged
  const policy = entries[forged.entry]?.front?.policy
  const expected = policy?.kind === 'cookie' ? policy.points : undefined
  const differs = points !== undefined && expected !== undefined && points !== expected
  return [
    ...reports.flatMap((report) => labelled('forged', reportWords(report), page)),
    ...(points === undefined
      ? []
      : labelled(
          'so',
          `${sanitize(cookie)} is ${kinds[points]}${differs ? `, and not ${kinds[expected]} as the objects say` : ''}`,
          page,
        )),
  ]
}

const kinds = {
  'at-a-pod': 'a record of the pod',
  'into-a-hash': 'hashed to a pod, whatever its value is',
} as const

const who: Record<ForgedKind, string> = {
  unknown: 'of a text by chance',
  named: 'made up for a pod',
  stale: 'for an address that is no pod',
  expired: 'for a pod, with an end that has passed',
  foreign: 'of another gateway or Service',
}

const became: Record<ForgedOutcome, string> = {
  kept: 'each stays on one pod, and no other cookie comes',
  replaced: 'another one comes with each answer',
  ignored: 'the pod changes, and no other cookie comes',
  mixed: 'some are given another one',
}

function reportWords({ kind, users, answers, outcome, disagreed }: ForgedReport): string {
  if (outcome === 'kept' && disagreed === 0)
    return `${countOf(users, 'cookie')} ${who[kind]}: each stays on the pod that it names, and no other cookie comes`
  const named =
    disagreed === undefined || disagreed === 0 || outcome === 'replaced'
      ? ''
      : `, in ${formatCount(disagreed)} of ${countOf(answers, 'answer')} not the one that it names`
  return `${countOf(users, 'cookie')} ${who[kind]}: ${became[outcome]}${named}`
}

/** Cookies that come from somebody else than was expected. */
export function layoutStrangers(survey: ProbeSurvey, page: Page): Line[] {
  return (survey.strangers ?? []).flatMap((one) => labelled('strange', strangerWords(one, survey), page))
}

function strangerWords(stranger: Stranger, survey: ProbeSurvey): string {
  const at = survey.entries.length > 1 ? ` at ${placeWords(survey, stranger.entry)}` : ''
  const name = sanitize(stranger.cookie)
  if (stranger.kind === 'another-maker')
    return `the cookie ${name}${at} looks like one of ${stranger.maker}, and not of ${sanitize(stranger.expected)}, which the objects name`
  if (stranger.kind === 'another-proxy')
    return `the cookie ${name}${at} is one of ${stranger.maker}: another proxy is on the way`
  return `the cookie ${name}${at} seems to be ${kinds[stranger.points]}, which is not what the objects say`
}
