import type { Verdict } from '../../model/probe/results/verdict.ts'
import { binomialAtMost } from '../statistics/binomial.ts'
import type { Shares } from '../statistics/shares.ts'
import { shareOf } from './sticky.ts'

/** Fewer requests than this show no shares worth looking at. At 50 per second they take 0.4 s. */
const fewest = 20

/**
 * Few backends without affinity show few switches by chance: 20 picks of two leave one run in 50 undecided between
 * `spread` and `broken`. 80/k, that is 40 picks of two and 27 of three, leave one in some hundred
 * (test/unit/judge/run/error-rates.test.ts).
 */
const fewestToSpread = 80

/** Of as many runs as this, one may stay undecided though its picks are independent. */
const undecidedRuns = 1000

/**
 * Where it is not known how the proxy shares out picks, so uneven shares are to be excluded: 90 % for one endpoint.
 */
const leastEven = 0.9

/** No default run is longer, whatever error is asked for. */
const most = 1000

/** So many requests may fail without leaving the run undecided. */
const reserve = 2

/**
 * How many requests a run needs, so that a Service without affinity is called sticky with probability α at most, also when two
 * of them fail: the smallest n with
 *
 *     k · P(Bin(n, 1 − q) ≤ 2) ≤ α
 *
 * and at least 20, or 80/k when the Service is expected to spread. q is the largest share of the picks that one endpoint can
 * have, 1/k where the proxy picks evenly. This is the judge's bound for two failures (`chanceOfLookingSticky`).
 *
 * While it is unknown on which node the client will run, k is the smallest number of two or more that is possible:
 * fewer endpoints need more requests. Of several verdicts that are to hold at once, `acceptedError` is the part of each.
 * With one endpoint there is nothing to tell apart, and the floor is returned.
 */
export function requestsNeeded(
  eligibleEndpoints: number,
  acceptedError: number,
  expected: Verdict['expected'] = 'sticky',
  { verdicts = 1, shares = 'even' }: { verdicts?: number; shares?: Shares } = {},
): number {
  if (eligibleEndpoints < 2) return fewest
  const floor = expected === 'spread' ? fewestForSpread(eligibleEndpoints, verdicts) : fewest
  const share =
    shares === 'unknown' ? Math.max(1 / eligibleEndpoints, leastEven) : shareOf(shares, eligibleEndpoints)
  const chance = (requests: number): number =>
    eligibleEndpoints * binomialAtMost(reserve, requests, 1 - share)
  let low = floor
  let high = most
  if (chance(high) > acceptedError) return most
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (chance(middle) <= acceptedError) high = middle
    else low = middle + 1
  }
  return low
}

/** Requests without a jar that show fewer moves than this, of those that are to be expected, show too few. */
const fewestMoves = 0.7

/**
 * How many requests each of some users needs, so that those beside them without a jar show that it is what they keep that holds them:
 * the judge's (1 − s/2m)^n, where s is 70 % of the moves that even picks of k endpoints make.
 */
export function requestsForCause(users: number, eligibleEndpoints: number, acceptedError: number): number {
  const rate = (fewestMoves * (1 - 1 / Math.max(2, eligibleEndpoints))) / 2
  return 1 + Math.ceil(Math.log(acceptedError) / Math.log1p(-rate) / users)
}

/**
 * Of many verdicts that are to hold at once, each must be surer: the smallest n for which n independent, uniform picks
 * show so few switches that they may be kept half of the time, P(Bin(n − 1, q) ≤ (n − 1)q/2) with q = 1 − 1/k, in one of
 * 1,000 surveys.
 */
function fewestForSpread(eligible: number, verdicts: number): number {
  let requests = Math.max(fewest, Math.ceil(fewestToSpread / eligible))
  if (verdicts === 1) return requests
  const rate = 1 - 1 / eligible
  const undecided = (transitions: number): number =>
    binomialAtMost(Math.floor((transitions * rate) / 2), transitions, rate)
  while (requests < most && undecided(requests - 1) > 1 / (undecidedRuns * verdicts)) requests += 1
  return requests
}
