import { binomialAtMost } from '../statistics/binomial.ts'
import type { BindingPicks } from './input.ts'
import type { Shares } from '../statistics/shares.ts'

/**
 * The probability that picks which are independent of each other look sticky: that all of them hit the backend of the
 * pick before, except where a switch is explained.
 *
 *     n^g · Π q     over the binding picks, q the largest share that one endpoint can have: 1/k unless weights are known
 *
 * - A pick that has none before it, or comes when affinity may have been over, may hit anything: it is not binding.
 * - A binding pick repeats the backend before it by chance with probability q. With even shares, without changes of the
 *   endpoints and without silences, the product is k^−(n−1).
 * - A switch away from an endpoint that went may happen at any of the n picks and would be explained: for each of the
 *   g switches explained so, one binding pick is not counted, and n, the number of places where it could have stood,
 *   is a factor (union bound).
 * - f connections that reached nobody known may have been picks of endpoints that do not answer, as many as there are
 *   but one. Then the run looks sticky when no more than f of all picks left that one, whichever it is:
 *
 *       n^g · k · P(Bin(m + 1 + f − g, 1 − q) ≤ f)      with m binding picks
 */
export function chanceOfLookingSticky(
  bindingPicks: readonly BindingPicks[],
  picks: number,
  goneSwitches: number,
  { missing = 0, shares = 'unknown' }: { missing?: number; shares?: Shares } = {},
): number {
  const places = goneSwitches * Math.log(Math.max(picks, 1))
  const binding = bindingPicks.filter((group) => group.eligible > 1 && group.picks > 0)
  if (missing > 0) {
    if (binding.length === 0) return 1
    const fewest = Math.min(...binding.map((group) => group.eligible))
    const most = Math.max(...binding.map((group) => group.eligible))
    const all = binding.reduce((sum, group) => sum + group.picks, 0) + 1 + missing - goneSwitches
    const chance = binomialAtMost(missing, all, 1 - shareOf(shares, fewest))
    return Math.min(1, Math.exp(places) * most * chance)
  }
  let excused = goneSwitches
  let logarithm = places
  // The picks with most endpoints weigh most; leaving out those keeps the bound on the safe side.
  for (const { eligible, picks } of binding.toSorted((one, other) => other.eligible - one.eligible)) {
    const counted = Math.max(0, picks - excused)
    excused -= picks - counted
    logarithm += counted * Math.log(shareOf(shares, eligible))
  }
  return Math.min(1, Math.exp(logarithm))
}

/** The largest share that one endpoint can have. */
export function shareOf(shares: Shares, eligible: number): number {
  const even = 1 / Math.max(eligible, 1)
  return typeof shares === 'object' ? Math.max(even, shares.largest) : even
}

/**
 * The largest rate of switches per pick that could have stayed unseen: with a rate of more than 1 − α^(1/m), m binding
 * picks without a switch have a probability below α. (With α = 0.05 and large m this is the "rule of three", 3/m.)
 *
 * It is also what the statement is worth where shares are not known: independent picks of which one endpoint gets no
 * more than α^(1/m) are excluded, and those with a larger share are not.
 */
export function breakRateBound(bindingPicks: readonly BindingPicks[], acceptedError: number): number {
  let picks = 0
  for (const group of bindingPicks) if (group.eligible > 1) picks += group.picks
  return picks === 0 ? 1 : 1 - acceptedError ** (1 / picks)
}
