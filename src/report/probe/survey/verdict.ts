import { affinityWords } from '../../text/affinity.ts'
import type { ProbeSurvey, SurveyCell } from '../../../model/probe/results/survey.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatProbability } from '../../text/numbers.ts'
import { nonBreakingSpace } from '../../text/width.ts'
import { describeUsers } from '../users/verdict.ts'
import type { VerdictWords } from '../words/words.ts'

/** The verdict of a survey in words; the same sentence in the text and in JSON. */
export function describeSurvey(survey: ProbeSurvey): VerdictWords {
  if (survey.users !== undefined) return describeUsers(survey, survey.users)
  const { result, expected, errorProbability } = survey.verdict
  // Behind a gateway it is not the Service's configuration that counts.
  const isDirect = survey.entries.every(({ front }) => front === undefined)
  const isConfigured = isDirect && (survey.service.policy.kind === 'none') === (expected === 'spread')
  const name = expected === 'sticky' ? 'STICKY' : 'SPREAD'
  const scope = scopeWords(survey)
  const told = survey.cells.filter(({ verdict }) => verdict.result === 'as-expected')
  if (result === 'as-expected') {
    const rest = survey.cells.length - told.length
    const how =
      rest === 0
        ? scope
        : `${scope}; ${formatCount(rest)} of ${cellWords(survey.cells.length, survey)} could not show it`
    return {
      tone: 'good',
      headline: `${name} as ${isConfigured ? 'configured' : 'expected'}`,
      summary: how,
      ...(expected === 'sticky' ? { chance: `by chance ${formatProbability(errorProbability)}` } : {}),
    }
  }
  const wanted = isConfigured ? `configured ${affinityWords(survey.service.policy)}` : `expected ${expected}`
  if (result === 'differs') {
    const wrong = survey.cells.filter(({ verdict }) => verdict.result === 'differs')
    return {
      tone: 'bad',
      headline: `NOT ${name}`,
      summary: `${wanted}, but ${behaviourWords(wrong)} in ${formatCount(wrong.length)} of ${cellWords(survey.cells.length, survey)}`,
    }
  }
  const unsure = survey.cells.length - told.length
  const missing = survey.absent.length
  const ports = survey.unasked?.length ?? 0
  if (unsure === 0 && missing > 0) {
    const all = survey.clients.length + missing
    const rest =
      survey.clients.length === 1 ? 'the other is' : `the other ${formatCount(survey.clients.length)} are`
    return {
      tone: 'unsure',
      headline: 'INCONCLUSIVE',
      summary: `${formatCount(missing)} of ${countOf(all, 'client')} did not run; ${rest} ${expected} as ${isConfigured ? 'configured' : 'expected'}`,
    }
  }
  if (unsure === 0 && ports > 0) {
    return {
      tone: 'unsure',
      headline: 'INCONCLUSIVE',
      summary: `${countOf(ports, 'port')} ${ports === 1 ? 'was' : 'were'} not asked; ${scope}: ${expected} as ${isConfigured ? 'configured' : 'expected'}`,
    }
  }
  return {
    tone: 'unsure',
    headline: 'INCONCLUSIVE',
    summary: `${formatCount(unsure)} of ${cellWords(survey.cells.length, survey)} could not be judged`,
  }
}

/** One line without layout, for programs and logs. */
export function surveySentence(survey: ProbeSurvey): string {
  const { headline, summary, chance } = describeSurvey(survey)
  const parts = [`${headline}: ${summary}`, chance].filter((part) => part !== undefined)
  return parts.join('; ').replaceAll(nonBreakingSpace, ' ')
}

function behaviourWords(cells: readonly SurveyCell[]): string {
  const names = new Set(cells.map(({ verdict }) => verdict.behaviour))
  if (names.has('broken')) return 'clients are moved'
  return names.has('spread') ? 'each request is picked anew' : 'clients are kept'
}

/** `3 clients at 5 entries`. */
function scopeWords({ clients, entries, cells }: ProbeSurvey): string {
  // An interrupted run has not come to all of them.
  const asked = new Set(cells.map(({ entry }) => entry)).size
  const some = asked < entries.length ? `${asked} of ` : ''
  return `${countOf(clients.length, 'client')} at ${some}${countOf(entries.length, 'entry', 'entries')}`
}

/** What there is one of goes without saying. */
function cellWords(count: number, { clients, entries }: ProbeSurvey): string {
  if (entries.length <= 1) return countOf(count, 'client')
  if (clients.length <= 1) return countOf(count, 'entry', 'entries')
  return countOf(count, 'pair of client and entry', 'pairs of client and entry')
}
