import type { TimerKind } from '../model/timeout-result.ts'
import type { Age } from './contact.ts'

export const timerKinds: readonly TimerKind[] = ['idle', 'absolute']

/**
 * A supposition about the proxy: an entry is kept until it is `fromMs` old and no longer than `toMs`. Between the two,
 * where they differ, it ends at a moment that nothing is known of.
 */
export interface Timer {
  kind: TimerKind
  fromMs: number
  toMs: number
}

/** Connections that go elsewhere for a reason of their own: a proxy that restarts, an entry that is pushed out. */
const slipRate = 1e-3

/**
 * How probable it is that an entry of an age between two values, in milliseconds, is kept, and that the pick is made anew.
 *
 * Where an exact timer ends between the two values, either may be certain: `mean` gives both a half, and `most` gives
 * both 1, an upper bound whatever the truth is.
 */
export function fate(
  { fromMs, toMs }: Timer,
  age: Age,
  bound: 'mean' | 'most',
): { kept: number; renewed: number } {
  if (age.most <= fromMs) return { kept: 1 - slipRate, renewed: slipRate }
  if (age.least >= toMs) return { kept: 0, renewed: 1 }
  if (toMs === fromMs) return bound === 'most' ? { kept: 1, renewed: 1 } : { kept: 0.5, renewed: 0.5 }
  const middle = (age.least + age.most) / 2
  const kept = Math.min(1, Math.max(0, (toMs - middle) / (toMs - fromMs))) * (1 - slipRate)
  return { kept, renewed: 1 - kept }
}
