import { seeded } from '../unit/judge/simulate.ts'
import { measure } from '../unit/judge/timers/simulate.ts'
import { isWrong } from '../unit/judge/timers/wrong.ts'
import { timeoutScenarios } from './timeout-scenarios.ts'

/** 1 − the confidence of every measurement. */
export const statedError = 0.001

/** What one measurement came to. */
export interface Measurement {
  isWrong: boolean
  rounds: number
  /** How wide its range is; absent where it has no end. */
  widthMs?: number
  /** How long it took, in virtual time. */
  ms: number
}

/** Makes runs `first` … of a scenario. */
export function measureRuns(index: number, first: number, runs: number, seed: number): Measurement[] {
  const scenario = timeoutScenarios[index]
  if (scenario === undefined) throw new RangeError(`no scenario ${index}`)
  const { truth, configuredMs, known } = scenario
  return Array.from({ length: runs }, (_, run) => {
    const random = seeded(seed * 1000 + index * 1_000_003 + (first + run) * 7919)
    const said = measure(truth, random, { configuredMs, acceptedError: statedError, ...known })
    const { fromMs, toMs, ms, rounds } = said
    return {
      isWrong: isWrong(truth, said),
      rounds: rounds.length,
      ...(toMs === undefined ? {} : { widthMs: toMs - fromMs }),
      ms,
    }
  })
}
