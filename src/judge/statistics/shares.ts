import { binomialAtLeast, binomialAtMost } from './binomial.ts'
import type { Block } from './course.ts'

/**
 * What the proxy in charge does without affinity: picks evenly, as kube-proxy does; gives one endpoint as much as `largest` of
 * the picks, by weights that are known; or what is not known.
 */
export type Shares = 'even' | 'unknown' | { largest: number }

/** One backend with this share of the picks looks as an affinity does that slips now and then. */
const dominant = 0.85

/**
 * The probability that independent picks keep so much, or favour one backend so much, if none has a larger share than `largest`.
 * Three tests, each with a third of the error:
 *
 * - switches: given the picks before, a pick repeats the last one with the probability `largest` at most, so that
 *   P(Bin(m, 1 − largest) ≤ s) bounds the probability of as few;
 * - one backend's picks: m · P(Bin(n, largest) ≥ c), m backends;
 * - the longest run of L: n · largest^(L−1).
 *
 * Connections that reached nobody known count against the statement: each may have been a pick of another backend, which
 * is one pick more for the others, and two switches.
 */
export function chanceByShares({ picks, hits, switches, longest, missing }: Block, largest: number): number {
  const most = Math.max(...hits.values())
  const run = Math.max(...longest.values())
  return Math.min(
    1,
    3 * binomialAtMost(switches + 2 * missing, picks - 1 + missing, 1 - largest),
    3 * hits.size * binomialAtLeast(most, picks + missing, largest),
    // Failures may hide a switch within a run.
    3 * (missing > 0 ? 1 : picks * largest ** (run - 1)),
  )
}

/** Whether one backend has so many of the picks that the others look as slips do. */
export function isDominated(hits: readonly number[]): boolean {
  const picks = hits.reduce((sum, count) => sum + count, 0)
  return Math.max(...hits) >= dominant * picks
}
