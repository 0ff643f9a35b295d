import type { TimeoutFinding, TimerKind } from '../model/timeout-result.ts'
import type { KindKnowledge, Knowledge, Range } from './infer.ts'

export interface Conclusion {
  finding: TimeoutFinding
  /** Nothing more is to be found out: the kind is known, and the range is as narrow as is asked for. */
  settled: boolean
}

/** A range that is narrower than this is narrow enough, in milliseconds: a second, or a twentieth. */
export function precisionMs(ms: number): number {
  return Math.max(1000, ms / 20)
}

/** The shortest pause that is tried, in milliseconds. */
export const shortPauseMs = 500
/** A timer below this counts as none: the API allows no less than a second. */
const noTimerMs = 1000

/** What is known as far as it goes. `maxMs` is the longest pause that may be waited for. */
export function conclude(knowledge: Knowledge, maxMs: number): Conclusion {
  const { range, inexact, kinds } = knowledge
  const idleProbability = kinds.idle.probability
  if (range === undefined) {
    const finding = { outcome: 'inexact', ...ending(inexact ?? { fromMs: 0, toMs: Infinity }) } as const
    return { finding: { ...finding, idleProbability }, settled: true }
  }
  if (range.toMs <= noTimerMs)
    return { finding: { outcome: 'not-held', ...range, idleProbability }, settled: true }
  if (range.toMs === Infinity) {
    const settled = range.fromMs >= maxMs - Math.max(300, maxMs / 50)
    return { finding: { outcome: 'held', ...ending(range), idleProbability }, settled }
  }
  const kind = onlyKind(kinds)
  return {
    finding: { outcome: 'timed', ...range, ...(kind === undefined ? {} : { kind }), idleProbability },
    settled: kind !== undefined && isNarrow(range),
  }
}

/** Whether a range needs no more trials. */
export function isNarrow({ fromMs, toMs }: Range): boolean {
  return toMs < Infinity && toMs - fromMs <= precisionMs(toMs)
}

/** What is known of the kind that is more probable, among those that are still possible. */
export function likelier({ idle, absolute }: Knowledge['kinds']): KindKnowledge {
  if (idle.range === undefined) return absolute
  return absolute.range === undefined || idle.probability >= absolute.probability ? idle : absolute
}

function onlyKind({ idle, absolute }: Knowledge['kinds']): TimerKind | undefined {
  if (idle.range === undefined) return 'absolute'
  return absolute.range === undefined ? 'idle' : undefined
}

function ending({ fromMs, toMs }: Range): Pick<TimeoutFinding, 'fromMs' | 'toMs'> {
  return toMs === Infinity ? { fromMs } : { fromMs, toMs }
}
