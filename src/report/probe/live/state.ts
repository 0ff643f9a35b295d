import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { Verdict } from '../../../model/probe/results/verdict.ts'
import type { Page } from '../../terminal.ts'
import { flow, type Line, paintLines, span } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { layoutBackends } from '../blocks/backends.ts'
import { createPalette } from '../blocks/palette.ts'
import { layoutStrip } from '../strip/index.ts'
import { liveSurveyLine, type LiveSurveyState, liveSurveyShare, renderLiveSurvey } from '../survey/live.ts'
import { backendNoun, failureCount, failureWords } from '../words/words.ts'

/** A run so far: what a result will hold, as far as it is known. */
export type LiveState = Pick<
  ProbeResult,
  'backends' | 'totals' | 'outcomes' | 'timeline' | 'switches' | 'endpointChanges'
> & {
  request: Pick<ProbeResult['request'], 'plannedRequests' | 'plannedDurationMs'>
  expected: Verdict['expected']
}

const mostBackends = 12

/** What a live view shows: of one client at one entry its course as well, of many how far they are. */
export type AnyLiveState =
  | LiveState
  | (LiveSurveyState & { course?: Pick<LiveState, 'timeline' | 'switches' | 'endpointChanges'> })

/** The state of the one client, where there is one only. */
function soleState(state: AnyLiveState): LiveState | undefined {
  if (!('clients' in state)) return state
  return state.course === undefined ? undefined : { ...state, ...state.course }
}

/** The run so far, for a terminal; `rows` is the room that there is. */
export function renderLive(any: AnyLiveState, page: Page, rows = 24): string[] {
  const state = soleState(any)
  if (state === undefined) return renderLiveSurvey(any as LiveSurveyState, page, rows)
  const { backends, timeline, switches, endpointChanges } = state
  const palette = createPalette(backends, page.style)
  const strip = layoutStrip(
    { timeline, switches, endpointChanges, pointsAtSwitches: state.expected === 'sticky', palette },
    page,
  )
  const head = layoutHead(state, page)
  // The strip and the head first, then as many backends as are left room for, and one line for the rest of them.
  const room = Math.max(1, rows - head.length - strip.length - 4)
  const table = layoutBackends({ backends, palette, most: Math.min(mostBackends, room), latency: true }, page)
  const blocks = [head, table, strip].filter((block) => block.length > 0)
  return paintLines(
    blocks.flatMap((block, index) => (index === 0 ? block : [[], ...block])),
    page,
  )
}

/** The run so far in one line, for logs: `12/60 requests  3 pods  0 switches`. */
export function liveLine(any: AnyLiveState): string {
  const state = soleState(any)
  if (state === undefined) return liveSurveyLine(any as LiveSurveyState)
  const { totals, request, outcomes } = state
  const failed = failureCount(outcomes)
  return [
    `${progressWords(totals, request)} requests`,
    countOf(state.backends.length, backendNoun(state)),
    countOf(switchCount(state), 'switch', 'switches'),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
  ].join('  ')
}

/** How much of the run is done, 0 … 1; undefined when the plan sets no end. */
export function liveShare(any: AnyLiveState): number | undefined {
  const state = soleState(any)
  if (state === undefined) return liveSurveyShare(any as LiveSurveyState)
  const { totals, request } = state
  if (request.plannedRequests !== undefined) return totals.requests / Math.max(1, request.plannedRequests)
  if (request.plannedDurationMs !== undefined)
    return totals.durationMs / Math.max(1, request.plannedDurationMs)
  return undefined
}

function layoutHead(state: LiveState, { width, style }: Page): Line[] {
  const { totals, request, outcomes } = state
  const failed = failureCount(outcomes)
  const time = formatElapsed(totals.durationMs)
  const planned = request.plannedRequests === undefined ? request.plannedDurationMs : undefined
  const pieces = [
    span(`${progressWords(totals, request)} requests`, style.strong),
    span(`${formatCount(totals.requestsPerSecond)}/s`),
    span(planned === undefined ? time : `${time} of ${formatElapsed(planned)}`),
    ...(state.expected === 'sticky' ? [span(countOf(switchCount(state), 'switch', 'switches'))] : []),
    ...(failed === 0 ? [] : [span(`${formatCount(failed)} failed: ${failureWords(outcomes)}`, style.bad)]),
  ]
  return flow(pieces, { width, indent: 2, separator: span('   ') })
}

function progressWords(totals: LiveState['totals'], request: LiveState['request']): string {
  const done = formatCount(totals.requests)
  return request.plannedRequests === undefined ? done : `${done}/${formatCount(request.plannedRequests)}`
}

/** From the timeline, which counts all: the list of switches may be bounded. */
function switchCount({ timeline }: LiveState): number {
  return timeline.reduce((sum, cell) => sum + cell.switches, 0)
}
