import type { Behaviour, InconclusiveReason } from '../../model/probe/results/verdict.ts'
import type { DependentPicks } from './independence.ts'
import type { JudgeInput } from './input.ts'

/** What a run showed, before it is compared with what is expected. */
export interface RunFinding {
  behaviour: Behaviour
  errorProbability: number
  reason?: InconclusiveReason
  /** With `broken`: the picks that differ from the others, where it can be told. */
  place?: DependentPicks
}

export function inconclusive(reason: InconclusiveReason, errorProbability = 1): RunFinding {
  return { behaviour: 'inconclusive', reason, errorProbability }
}

export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Switches for which there is a reason. */
export function explained({ expiredSwitches, goneSwitches }: JudgeInput): number {
  return expiredSwitches + goneSwitches
}
