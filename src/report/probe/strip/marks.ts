import type {
  EndpointChange,
  ProbeResult,
  PodSwitch,
  SwitchExplanation,
} from '../../../model/probe/results/probe-result.ts'
import { sanitize } from '../../text/sanitize.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { shortenMiddle } from '../../text/width.ts'
import type { Palette } from '../blocks/palette.ts'

/** What a strip shows of a run. */
export interface StripInput extends Pick<ProbeResult, 'timeline' | 'switches' | 'endpointChanges'> {
  /** Whether a change of the backend is something to point at, rather than what a Service without affinity does. */
  pointsAtSwitches: boolean
  palette: Palette
}

/** Something that happened just before a cell of the timeline, told beneath the strip. */
interface Mark {
  cell: number
  text: string
}

export interface Marks {
  shown: Mark[]
  /** How many did not find room. */
  hidden: number
  /** For each cell, how many of its switches nothing explains; empty when switches are not pointed at. */
  unexplained: number[]
}

const mostMarks = 6

/** What became of an endpoint. */
export function changeWord({ kind }: Pick<EndpointChange, 'kind'>): string {
  return kind.replace('-', ' ')
}

export function findMarks(input: StripInput, width: number): Marks {
  const nameWidth = width < 80 ? 10 : 20
  const explained: Mark[] = []
  const told = new Set<string>()
  const unexplained = input.pointsAtSwitches ? input.timeline.map((cell) => cell.switches) : []
  if (input.pointsAtSwitches) {
    for (const { cell, change } of placeSwitches(input)) {
      if (change.explanation === undefined) continue
      unexplained[cell] = Math.max(0, (unexplained[cell] ?? 0) - 1)
      const text = explain(change.atMs, change.explanation, input.palette, nameWidth)
      if (!told.has(text)) explained.push({ cell, text })
      told.add(text)
    }
  }
  const changes = worthTelling(input.endpointChanges)
    .map((change) => ({
      cell: cellAfter(input, change.atMs),
      text: describe(change, input.palette, nameWidth),
    }))
    .filter((mark) => !told.has(mark.text))
  // A switch that is explained has to be seen; changes that moved nobody give way.
  const all = [...explained, ...changes]
  const shown = all.slice(0, mostMarks).sort((a, b) => a.cell - b.cell)
  return { shown, hidden: all.length - shown.length, unexplained }
}

/**
 * Finds the cell of each switch. Cells count their switches, so a switch belongs to the first cell at or after its
 * time that still has one to give: several requests may bear the same millisecond.
 */
function placeSwitches({ timeline, switches }: StripInput): { cell: number; change: PodSwitch }[] {
  const left = timeline.map((cell) => cell.switches)
  let cell = 0
  const isBefore = (atMs: number): boolean =>
    (timeline[cell]?.fromMs ?? 0) < atMs && (timeline[cell + 1]?.fromMs ?? Infinity) <= atMs
  return switches.map((change) => {
    while (cell < timeline.length - 1 && ((left[cell] ?? 0) === 0 || isBefore(change.atMs))) cell++
    left[cell] = (left[cell] ?? 0) - 1
    return { cell, change }
  })
}

/** The first request after a change, or the stretch that the change is in. */
function cellAfter({ timeline }: StripInput, atMs: number): number {
  const index = timeline.findIndex((cell) => cell.fromMs >= atMs || (cell.requests > 1 && cell.toMs >= atMs))
  return index < 0 ? timeline.length : index
}

/** One change per endpoint and direction: a pod that is terminating is also removed soon after. */
function worthTelling(changes: readonly EndpointChange[]): EndpointChange[] {
  const state = new Map<string, 'in' | 'out'>()
  return changes.filter((change, index) => {
    const comes = change.kind === 'added' || change.kind === 'ready'
    const becomesReady = changes
      .slice(index + 1)
      .some((later) => later.address === change.address && later.kind === 'ready')
    if (change.kind === 'added' && becomesReady) return false
    const next = comes ? 'in' : 'out'
    if (state.get(change.address) === next) return false
    state.set(change.address, next)
    return true
  })
}

function explain(atMs: number, explanation: SwitchExplanation, palette: Palette, nameWidth: number): string {
  if (explanation.kind === 'endpoint-gone') return describe(explanation.change, palette, nameWidth)
  if (explanation.kind === 'cookie-ended')
    return `${formatElapsed(atMs, 2)} cookie ended after ${formatElapsed(explanation.ageMs)}`
  return explanation.kind === 'age-reached'
    ? `${formatElapsed(atMs, 2)} timeout over ${formatElapsed(explanation.ageMs)} after the pick`
    : `${formatElapsed(atMs, 2)} timeout over after ${formatElapsed(explanation.silentMs)} without an answer`
}

function describe(change: EndpointChange, palette: Palette, nameWidth: number): string {
  const letter = palette.letterOf(change)
  const who = letter ?? shortenMiddle(sanitize(change.pod ?? change.address), nameWidth)
  return `${formatElapsed(change.atMs, 2)} ${who} ${changeWord(change)}`
}
