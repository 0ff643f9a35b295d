import { logGamma } from './binomial.ts'
import { chanceOfAtMostRuns } from './runs.ts'

/** Up to this many picks the exact distribution is counted: a few milliseconds at most. */
const mostExact = 200

/**
 * The probability that picks which are independent of each other, with whatever shares, show as few switches as these:
 * small means that a pick depends on the one before. One-sided, because a proxy that takes turns has more switches than
 * independent picks have, and spreads too.
 *
 * @param hits picks per backend
 * @param switches picks that hit another backend than the one before
 * @param backends how many backends there are to pick from, at least as many as have hits
 */
export function chanceOfFewSwitches(hits: readonly number[], switches: number, backends: number): number {
  const picks = hits.reduce((sum, count) => sum + count, 0)
  return picks <= mostExact
    ? chanceOfAtMostRuns(switches + 1, hits)
    : likelihoodBound(hits, picks, switches, Math.max(backends, hits.length))
}

/**
 * A bound of the same probability for any number of picks: 1/E with
 *
 *     E = Q(picks) / max over all shares of P(picks | independent),      ln max P = Σ h · ln(h/n)
 *
 * Q is the probability of the same sequence under a rival that was fixed beforehand: the first pick is any of m
 * backends, a later one switches with a rate of which nothing is known (uniform on 0 … 1, which integrates to
 * B(s + 1, n − s)), and a switch goes to any of the m − 1 others. The mean of E is at most 1 if the picks are
 * independent, whatever the shares, so E ≥ 1/p has a probability of p at most (Markov's inequality): universal
 * inference, Wasserman, Ramdas and Balakrishnan, PNAS 117 (2020). Valid for every n, so no error creeps in from a
 * normal approximation far out in its tail.
 */
function likelihoodBound(hits: readonly number[], picks: number, switches: number, backends: number): number {
  let independent = 0
  for (const count of hits) if (count > 0) independent += count * Math.log(count / picks)
  const stays = picks - 1 - switches
  const rate = logGamma(switches + 1) + logGamma(stays + 1) - logGamma(picks + 1)
  const rival = rate - Math.log(backends) - switches * Math.log(Math.max(1, backends - 1))
  return Math.min(1, Math.exp(independent - rival))
}

/**
 * The number of switches that independent picks with the same hits have on average: two neighbours are the same with
 * probability Σ h(h − 1) / n(n − 1).
 */
export function switchesIfIndependent(hits: readonly number[]): number {
  let picks = 0
  let pairs = 0
  for (const count of hits) {
    picks += count
    pairs += count * (count - 1)
  }
  return picks < 2 ? 0 : picks - 1 - pairs / picks
}
