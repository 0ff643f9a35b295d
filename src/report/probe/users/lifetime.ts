import { countOf, formatCount, formatDuration } from '../../../model/common/words/amounts.ts'
import type { CookieLifetime, LifetimeStep } from '../../../model/probe/cookies/lifetime.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelled } from '../../text/blocks.ts'

/** How long a cookie lives, and who ends it. */
export function layoutLifetime({ lifetime, entries }: ProbeSurvey, page: Page): Line[] {
  if (lifetime === undefined) return []
  const by = sanitize(entries[lifetime.entry]?.front?.by ?? 'the proxy')
  return [
    ...labelled('life', givenWords(lifetime), page),
    ...labelled('', seenWords(lifetime), page),
    ...labelled('', endWords(lifetime, by), page),
  ]
}

function givenWords({ cookie, givenSeconds, configuredSeconds, result, notWaited, maxMs }: CookieLifetime) {
  const life =
    notWaited === 'has-passed'
      ? 'has expired when it comes'
      : givenSeconds === undefined
        ? 'has no end: it lasts as long as the browser runs'
        : `is given for ${formatDuration(givenSeconds)}`
  const wanted =
    configuredSeconds === 0 ? 'as long as the browser runs' : formatDuration(configuredSeconds ?? 0)
  const compared =
    configuredSeconds === undefined
      ? ''
      : result === 'differs'
        ? `, and ${wanted} is configured`
        : ', as configured'
  const why =
    notWaited === 'too-long'
      ? `; its end is not waited for (--max ${formatDuration(maxMs / 1000)})`
      : notWaited === 'interrupted'
        ? '; its end was not waited for'
        : ''
  return `${sanitize(cookie)} ${life}${compared}${why}`
}

/** What browsers did before and after it. */
function seenWords({ givenSeconds = 0, steps, isRenewed }: CookieLifetime): string | undefined {
  const before = steps.findLast(({ ageMs }) => ageMs < givenSeconds * 1000)
  const after = steps.find(({ ageMs }) => ageMs > givenSeconds * 1000)
  if (before === undefined || after === undefined) return undefined
  const { users, same } = before.browsers
  const kept = `after ${aged(before)} ${formatCount(same)} of ${countOf(users, 'user')} had their pod`
  const { sent } = after.browsers
  const end =
    isRenewed === true
      ? 'each answer moves its end on'
      : isRenewed === false
        ? 'no browser sends it any more'
        : `${formatCount(sent)} of ${formatCount(after.browsers.users)} send it`
  const last = steps.at(-1)
  const paused =
    isRenewed === true && last !== undefined && last !== after
      ? `; after a pause that is longer than it lives ${last.browsers.sent === 0 ? 'no browser sends' : `${formatCount(last.browsers.sent)} of ${formatCount(last.browsers.users)} send`} it any more`
      : ''
  return `${kept}; after ${aged(after)} ${end}${paused}`
}

function endWords({ steps, endedBy }: CookieLifetime, by: string): string | undefined {
  const keepers = steps.at(-1)?.keepers
  if (keepers === undefined || keepers.users === 0) return undefined
  const who = `${countOf(keepers.users, 'user')} who kept it past its end`
  if (endedBy === 'browser') return `only the browser ends it: ${by} still led ${who} to their pod`
  if (endedBy === 'server') return `${by} ends it, too: it gave another one to the ${who}`
  return `of ${who}, ${formatCount(keepers.same)} had their pod and ${formatCount(keepers.anew)} were given another one`
}

const aged = ({ ageMs }: LifetimeStep): string => formatElapsed(ageMs)
