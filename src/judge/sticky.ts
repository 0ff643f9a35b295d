import type { BindingPicks } from './input.ts'

/**
 * The probability that picks which are independent of each other look sticky: that all of them hit the backend of the
 * pick before, except where a switch is explained.
 *
 *     n^g · Π 1/k     over the binding picks, k endpoints each
 *
 * - A pick that has none before it, or comes after a silence longer than the timeout, may hit anything: it is not binding.
 * - A binding pick repeats the backend before it by chance with probability 1/k. Without changes of the endpoints and
 *   without silences the product is k^−(n−1).
 * - A switch away from an endpoint that went may happen at any of the n picks and would be explained: for each of the
 *   g switches explained so, one binding pick is not counted, and n, the number of places where it could have stood,
 *   is a factor (union bound).
 *
 * Uniform picks are what kube-proxy makes (iptables: statistic mode random; nftables: numgen random).
 */
export function chanceOfLookingSticky(
  bindingPicks: readonly BindingPicks[],
  picks: number,
  goneSwitches: number,
): number {
  let excused = goneSwitches
  let logarithm = goneSwitches * Math.log(Math.max(picks, 1))
  // The picks with most endpoints weigh most; leaving out those keeps the bound on the safe side.
  for (const { eligible, picks } of bindingPicks.toSorted((one, other) => other.eligible - one.eligible)) {
    const counted = Math.max(0, picks - excused)
    excused -= picks - counted
    logarithm -= counted * Math.log(Math.max(eligible, 1))
  }
  return Math.min(1, Math.exp(logarithm))
}

/**
 * The largest rate of switches per pick that could have stayed unseen: with a rate of more than 1 − α^(1/m), m binding
 * picks without a switch have a probability below α. (With α = 0.05 and large m this is the "rule of three", 3/m.)
 */
export function breakRateBound(bindingPicks: readonly BindingPicks[], acceptedError: number): number {
  let picks = 0
  for (const group of bindingPicks) if (group.eligible > 1) picks += group.picks
  return picks === 0 ? 1 : 1 - acceptedError ** (1 / picks)
}
