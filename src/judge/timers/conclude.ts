import type { TimeoutFinding, TimerKind } from '../../model/probe/results/timeout-result.ts'
import type { Knowledge, Range } from './infer.ts'
import { secondMs } from './prior.ts'
import { defined } from '../../model/common/values.ts'

export interface TimerConclusion {
  finding: TimeoutFinding
  /** Nothing more is to be found out: the kind is known, and the range is as narrow as is asked for. */
  settled: boolean
}

/** A range that is narrower than this is narrow enough, in milliseconds: six tenths of a second, or a fiftieth. */
export function precisionMs(ms: number): number {
  return Math.max(600, ms / 50)
}

/** The shortest pause that is tried, in milliseconds. */
export const shortPauseMs = 500
/** A timer below this counts as none: the API allows no less than a second. */
const noTimerMs = 1000

/** What is known as far as it goes. `maxMs` is the longest pause that may be waited for. */
export function conclude(knowledge: Knowledge, maxMs: number): TimerConclusion {
  const { range, inexact, kinds } = knowledge
  const idleProbability = kinds.idle.probability
  if (range === undefined) {
    const finding = { outcome: 'inexact', ...ending(inexact ?? { fromMs: 0, toMs: Infinity }) } as const
    return { finding: { ...finding, idleProbability }, settled: true }
  }
  if (range.toMs <= noTimerMs)
    return { finding: { outcome: 'not-held', ...range, idleProbability }, settled: true }
  if (range.toMs === Infinity) {
    const settled = range.fromMs >= maxMs - Math.max(800, maxMs / 50)
    return { finding: { outcome: 'held', ...ending(range), idleProbability }, settled }
  }
  const kind = onlyKind(kinds)
  const clock = onlyClock(knowledge.clocks)
  const found = defined({ kind, clock })
  return {
    finding: { outcome: 'timed', ...range, ...found, idleProbability },
    settled: (kind !== undefined || isTooShortForKind(knowledge, range)) && isNarrow(range, clock),
  }
}

/** The clock that explains better what was seen. */
export function likelyClock({ clocks: { exact, coarse } }: Knowledge): 'exact' | 'coarse' {
  if (exact.range === undefined) return 'coarse'
  return coarse.range !== undefined && coarse.probability > exact.probability ? 'coarse' : 'exact'
}

/** Of a timer that no pause is shorter than the kind cannot be told. What is left of the range may begin before that. */
function isTooShortForKind(knowledge: Knowledge, range: Range): boolean {
  return knowledge.quantile(0.5, likelyClock(knowledge), range) < shortPauseMs
}

/** Whether a range needs no more trials. A clock of whole seconds cannot have a narrower one than its second. */
export function isNarrow({ fromMs, toMs }: Range, clock?: TimeoutFinding['clock']): boolean {
  const room = clock === 'whole-seconds' ? 1.5 * precisionMs(toMs) + secondMs : precisionMs(toMs)
  return toMs < Infinity && toMs - fromMs <= room
}

/** Where the range does not depend on it, this is improbable enough to be left out of what is said. */
const improbable = 1e-4

/**
 * That a clock counts whole seconds makes the range no narrower: the other needs only be improbable. That it is exact
 * does, and no clock of whole seconds may be left.
 */
function onlyClock({ exact, coarse }: Knowledge['clocks']): TimeoutFinding['clock'] {
  if (exact.range === undefined || exact.probability < improbable) return 'whole-seconds'
  return coarse.range === undefined ? 'exact' : undefined
}

function onlyKind({ idle, absolute }: Knowledge['kinds']): TimerKind | undefined {
  if (idle.range === undefined) return 'absolute'
  return absolute.range === undefined ? 'idle' : undefined
}

function ending({ fromMs, toMs }: Range): Pick<TimeoutFinding, 'fromMs' | 'toMs'> {
  return toMs === Infinity ? { fromMs } : { fromMs, toMs }
}
