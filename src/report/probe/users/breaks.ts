import type { Breaks, Stage } from '../../../model/probe/breaks.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { formatCount } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelled } from '../../text/blocks.ts'

const mostSuspects = 3

/** Which hop breaks, what shows it, and what `explain` says of it. */
export function layoutBreaks({ breaks, service, entries }: ProbeSurvey, page: Page): Line[] {
  if (breaks === undefined) return []
  const by = sanitize(entries[0]?.front?.by ?? 'the gateway')
  return [
    ...(breaks.checked.length === 0
      ? []
      : labelled('breaks', whereWords(breaks.at, by, sanitize(service.name)), page)),
    ...(breaks.checked.length > 1 ? labelled('checked', checkedWords(breaks.checked), page) : []),
    ...breaks.suspects
      .slice(0, mostSuspects)
      .flatMap(({ code, message }) => labelled('likely', `${code}  ${sanitize(message)}`, page)),
  ]
}

function whereWords(at: Stage | undefined, by: string, service: string): string {
  if (at === undefined) return `at ${by} or behind it: what was seen does not tell which`
  const words: Record<Stage, string> = {
    'in-front': `before ${by}: users stay without the cookie of whoever stands there`,
    browser: 'at the browser, which does not send the cookie back',
    replicas: `between the replicas of ${by}: each by itself keeps its users, but one does not know the cookie of another`,
    gateway: `at ${by}: it does not send users back to their pod`,
    service: `at service/${service}: ${by} sends to it and not to the pods, and it picks again`,
    pods: 'in the pods: asked at its own address, a pod hands requests on to others',
  }
  return words[at]
}

function checkedWords(checked: Breaks['checked']): string {
  const words = {
    gateway: 'through the gateway',
    replicas: 'at each replica by itself',
    service: 'past it, at the Service',
    pods: 'past both, at each pod',
  }
  return checked
    .map(
      ({ stage, picks, changed }) =>
        `${words[stage]} ${formatCount(changed)} of ${formatCount(picks)} changed`,
    )
    .join(' · ')
}
