import { seeded } from '../unit/judge/simulate.ts'
import { measure } from '../unit/judge/timers/simulate.ts'
import { isWrong } from '../unit/judge/timers/wrong.ts'
import { statedError, timeoutScenarios } from './timeout-scenarios.ts'

/** What one measurement came to. */
export interface Measurement {
  isWrong: boolean
  /** Clients may be one: nothing is said. */
  oneClient: boolean
  rounds: number
  /** How wide its range is; absent where it has no end, or none is said. */
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
    const { fromMs, toMs, ms, rounds, oneClient } = said
    return {
      isWrong: isWrong(truth, said),
      oneClient,
      rounds: rounds.length,
      ...(toMs === undefined || oneClient ? {} : { widthMs: toMs - fromMs }),
      ms,
    }
  })
}
