import type { Verdict } from '../../model/probe/results/verdict.ts'
import { binomialAtLeast, binomialAtMost } from '../statistics/binomial.ts'
import { joinAll } from '../statistics/course.ts'
import { type RunFinding, inconclusive, total } from './finding.ts'
import { dependence, type Dependence, switchesIfIndependent } from './independence.ts'
import type { JudgeInput } from './input.ts'
import { chanceByShares, isDominated } from '../statistics/shares.ts'
import { shareOf } from './sticky.ts'

/**
 * How sure the *name* of a run with switches must be, where the accepted error is stricter than that. That affinity
 * does not hold is certain after one switch without an explanation; whether the picks are independent (`spread`) or
 * kept for a while (`broken`) can be told from 20 picks with this error, and with one of 10⁻⁶ only from some hundred.
 */
export const namingError = 0.001

/** Shares that are surely not those of the proxy are not called spread when they are as unlikely as this among those reached. */
const suspicious = 0.05

/** With fewer picks than this, a run with switches is not called spread. */
const fewestForSpread = 5

/**
 * There are switches that nothing explains: the picks are either independent of each other or kept for a while.
 * Observations that were lost change nothing here: what is left of independent picks is independent. Neither do those that
 * reached nobody known, where each endpoint answers as often as it does.
 */
export function nameSwitching(input: JudgeInput, expected: Verdict['expected']): RunFinding {
  const order = chanceByOrder(input)
  const shares = chanceOfProxysShares(input)
  const slips = chanceOfSlips(input)
  const { acceptedError } = input
  const error = Math.max(acceptedError, namingError / (input.verdicts ?? 1))
  const broken = (errorProbability: number): RunFinding => ({
    behaviour: 'broken',
    errorProbability,
    ...(order.place === undefined ? {} : { place: order.place }),
  })
  const errorProbability = chanceIfHalfKept(input)
  if (expected === 'sticky') {
    // Affinity failed, and that is certain; what is left is the better name for it.
    const kept = Math.min(order.chance, shares.byReached, slips)
    return kept <= error ? broken(kept) : { behaviour: 'spread', errorProbability }
  }
  if (order.chance <= acceptedError) return broken(order.chance)
  // That the proxy does not pick as it does without affinity is sure; that it keeps pods rather than leaves some out, nearly.
  if (shares.byAll <= acceptedError && shares.byReached <= error) return broken(shares.byReached)
  // It does not, and what it does instead cannot be told.
  if (shares.byAll <= acceptedError && shares.byReached <= suspicious)
    return inconclusive('uneven-shares', shares.byReached)
  if (slips <= error && (input.shares ?? 'unknown') === 'unknown') return inconclusive('uneven-shares', slips)
  const kept = Math.min(order.chance, shares.byReached)
  if (kept <= error) return inconclusive(input.interrupted ? 'interrupted' : 'clustered', kept)
  if (errorProbability > 0.5 || total(input.pickHits) < fewestForSpread)
    return inconclusive(input.interrupted ? 'interrupted' : 'too-few-requests', errorProbability)
  return { behaviour: 'spread', errorProbability }
}

/**
 * The probability that independent picks are in such an order, whatever their shares are. Where endpoints came or went
 * the shares changed with them, and the same picks look clustered by the shares of the whole run. Then each stretch without a change is
 * looked at by itself; or the whole must also have fewer switches than uniform picks among the fewest endpoints that
 * there were, a test that asks for no shares.
 */
function chanceByOrder(input: JudgeInput): Dependence {
  if (!input.endpointsChanged && input.stretches.length < 2) return dependence(input.course)
  const found = input.stretches.map(({ blocks }) => dependence(blocks))
  const whole = dependence(input.course).chance
  const tests = found.length + 1
  const places = (dependent: Dependence): Dependence => ({
    ...dependent,
    chance: Math.min(1, dependent.chance * tests),
  })
  return found.map(places).reduce((best, other) => (other.chance < best.chance ? other : best), {
    chance: Math.min(1, tests * Math.max(whole, chanceIfUniform(input))),
  })
}

/**
 * The probability of the picks if the proxy shares them out as it does without affinity: over all endpoints, and over
 * those that were reached. A proxy that leaves out endpoints altogether is not one that keeps pods.
 */
function chanceOfProxysShares(input: JudgeInput): { byAll: number; byReached: number } {
  const { shares = 'unknown', stretches } = input
  const chances = { byAll: 1, byReached: 1 }
  if (shares === 'unknown') return chances
  for (const { blocks, eligible } of stretches) {
    const all = joinAll(blocks)
    // More backends than endpoints: something else decides.
    if (all === undefined || all.hits.size < 2 || all.hits.size > eligible) continue
    const chance = (endpoints: number): number =>
      Math.min(1, stretches.length * chanceByShares(all, shareOf(shares, endpoints)))
    const byReached = chance(all.hits.size)
    if (byReached >= chances.byReached) continue
    chances.byReached = byReached
    chances.byAll = chance(eligible)
  }
  return chances
}

/** The probability of as few switches, P(Bin(m, 1 − 1/k) ≤ s), if every pick is uniform among k endpoints. */
function chanceIfUniform({ bindingPicks, switches, missing, shares = 'unknown' }: JudgeInput): number {
  const groups = bindingPicks.filter((group) => group.eligible > 1)
  if (groups.length === 0) return 1
  const fewest = Math.min(...groups.map((group) => group.eligible))
  const picks = total(groups.map((group) => group.picks))
  // Each that reached nobody known may have been one pick more, and two switches.
  return binomialAtMost(switches + 2 * missing, picks + missing, 1 - shareOf(shares, fewest))
}

/**
 * One backend with nearly all picks and a few on others: by the switches alone, an affinity that slips now and then
 * and independent picks with very unequal shares are the same thing. Uniform picks do not look so.
 */
function chanceOfSlips(input: JudgeInput): number {
  return isDominated(input.pickHits) ? chanceIfUniform(input) : 1
}

/**
 * The probability of as many switches if at least every second pick were kept on the backend before it and the others
 * were independent: P(Bin(n − 1, q/2) ≥ s), where q is the rate of switches of independent picks with these hits.
 */
function chanceIfHalfKept(input: JudgeInput): number {
  const transitions = total(input.pickHits) - 1
  const rate = switchesIfIndependent(input.pickHits) / transitions
  return binomialAtLeast(input.switches, transitions + input.missing, rate / 2)
}
