import type { TimerKind } from '../../model/probe/results/timeout-result.ts'
import type { Age } from './contact.ts'

export const timerKinds: readonly TimerKind[] = ['idle', 'absolute']

/**
 * A supposition about the proxy: an entry is kept until it is `fromMs` old and no longer than `toMs`. Between the two,
 * where they differ, each entry ends at a moment of its own, any of them as probable as another.
 */
export interface Timer {
  kind: TimerKind
  fromMs: number
  toMs: number
}

/** Next to the time in which an entry may end, nothing depends on so little, in milliseconds. */
export const smallMs = 100

/** Connections that go elsewhere for a reason of their own: a proxy that restarts, an entry that is pushed out. */
const slipRate = 1e-3

/**
 * How probable it is that an entry of an age between two values, in milliseconds, is kept, and that the pick is made anew.
 *
 * Where an exact timer ends between the two values, either may be certain: `mean` gives both a half, and `most` gives
 * both 1, an upper bound whatever the truth is.
 * @param seenMs the age at which the same entry was still seen to be kept
 */
export function fate(
  timer: Timer,
  age: Age,
  bound: 'mean' | 'most',
  seenMs = 0,
): { kept: number; renewed: number } {
  const { fromMs, toMs } = timer
  if (age.most <= fromMs) return { kept: 1 - slipRate, renewed: slipRate }
  if (age.least >= toMs) return { kept: 0, renewed: 1 }
  if (toMs === fromMs) return bound === 'most' ? { kept: 1, renewed: 1 } : { kept: 0.5, renewed: 0.5 }
  const keptAt = (ms: number): number =>
    Math.min(1, survival(timer, ms) / survival(timer, seenMs)) * (1 - slipRate)
  if (bound === 'most' && age.most - age.least > smallMs)
    return { kept: keptAt(age.least), renewed: 1 - keptAt(age.most) }
  const kept = keptAt((age.least + age.most) / 2)
  return { kept, renewed: 1 - kept }
}

/** How probable it is that an entry of a timer without a single time gets this old. */
function survival({ fromMs, toMs }: Timer, ms: number): number {
  // Never nothing: what was seen to be kept may be older than the clocks say.
  return Math.min(1, Math.max(1e-6, (toMs - ms) / (toMs - fromMs)))
}
