import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Verdict } from '../../../model/probe/results/verdict.ts'
import type { Page } from '../../terminal.ts'
import { flow, type Line, paintLines, span } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { layoutBackends } from '../blocks/backends.ts'
import { createPalette } from '../blocks/palette.ts'
import { backendNoun, failureCount, failureWords } from '../words/words.ts'

/** A survey so far: what its result will hold, as far as it is known. */
export type LiveSurveyState = Pick<ProbeSurvey, 'backends' | 'totals' | 'outcomes'> & {
  request: Pick<ProbeSurvey['request'], 'plannedRequests' | 'plannedDurationMs'>
  expected: Verdict['expected']
  clients: { all: number; begun: number; ended: number }
  entries: number
  /** Of each client. */
  sessions: number
  /** Clients, or users where these have several, that changed their backend at an entry. */
  moved: number
}

const mostBackends = 12

/** The survey so far, for a terminal: who answers how much, and how far the clients are. */
export function renderLiveSurvey(state: LiveSurveyState, page: Page, rows: number): string[] {
  const palette = createPalette(state.backends, page.style)
  const head = layoutHead(state, page)
  const most = Math.max(1, Math.min(mostBackends, rows - head.length - 4))
  const table = layoutBackends({ backends: state.backends, palette, most, latency: true }, page)
  return paintLines(table.length === 0 ? head : [...head, [], ...table], page)
}

/** The survey so far in one line, for logs: `12 of 20 clients begun, 3 ended  144 of 600 requests  3 pods  0 clients moved`. */
export function liveSurveyLine(state: LiveSurveyState): string {
  const { outcomes, clients } = state
  const failed = failureCount(outcomes)
  return [
    `${formatCount(clients.begun)} of ${countOf(clients.all, 'client')} begun, ${formatCount(clients.ended)} ended`,
    requestWords(state),
    countOf(state.backends.length, backendNoun(state)),
    ...(state.expected === 'sticky' ? [movedWords(state)] : []),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
  ].join('  ')
}

/** How much of the survey is done, 0 … 1; undefined when the plan sets no end. */
export function liveSurveyShare(state: LiveSurveyState): number | undefined {
  const { totals, request, entries } = state
  if (request.plannedDurationMs !== undefined)
    return totals.durationMs / Math.max(1, request.plannedDurationMs * entries)
  const planned = plannedIn(state)
  return planned === undefined ? undefined : totals.requests / Math.max(1, planned)
}

/** Each session of each client makes its requests at each entry. */
function plannedIn({ request, clients, entries, sessions }: LiveSurveyState): number | undefined {
  const { plannedRequests } = request
  return plannedRequests && plannedRequests * clients.all * entries * sessions
}

function requestWords(state: LiveSurveyState): string {
  const planned = plannedIn(state)
  const { requests } = state.totals
  return planned === undefined
    ? countOf(requests, 'request')
    : `${formatCount(requests)} of ${countOf(planned, 'request')}`
}

function layoutHead(state: LiveSurveyState, { width, style }: Page): Line[] {
  const { totals, outcomes, clients } = state
  const failed = failureCount(outcomes)
  const ended = clients.ended === 0 ? '' : `, ${formatCount(clients.ended)} ended`
  const pieces = [
    span(`${formatCount(clients.begun)} of ${countOf(clients.all, 'client')} begun${ended}`, style.strong),
    span(requestWords(state)),
    span(`${formatCount(totals.requestsPerSecond)}/s`),
    span(formatElapsed(totals.durationMs)),
    ...(state.expected === 'sticky' ? [span(movedWords(state))] : []),
    ...(failed === 0 ? [] : [span(`${formatCount(failed)} failed: ${failureWords(outcomes)}`, style.bad)]),
  ]
  return flow(pieces, { width, indent: 2, separator: span('   ') })
}

function movedWords({ moved, sessions }: LiveSurveyState): string {
  return `${countOf(moved, sessions > 1 ? 'user' : 'client')} moved`
}
