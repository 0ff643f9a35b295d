import type { Verdict } from '../model/verdict.ts'
import { binomialAtMost } from './binomial.ts'

/** Fewer requests than this show no shares worth looking at. At 50 per second they take 0.4 s. */
const fewest = 20

/**
 * Few backends without affinity show few switches by chance: 20 picks of two leave one run in 50 undecided between
 * `spread` and `broken`. 80/k, that is 40 picks of two and 27 of three, leave one in some hundred
 * (test/unit/judge/error-rates.test.ts).
 */
const fewestToSpread = 80

/** Of as many runs as this, one may stay undecided though its picks are independent. */
const undecidedRuns = 1000

/** No default run is longer, whatever error is asked for. */
const most = 1000

/**
 * How many requests a run needs, so that a Service without affinity is called sticky with probability α at most:
 * the smallest n with k^−(n−1) ≤ α, that is n = 1 + ⌈ln(1/α) / ln k⌉, and at least 20, or 80/k
 * when the Service is expected to spread.
 *
 * k^−(n−1) is the chance that n independent, uniform picks among k endpoints all hit the one that the first of them hit.
 * While it is unknown on which node the client will run, k is the smallest number of two or more that is possible:
 * fewer endpoints need more requests. Of several verdicts that are to hold at once, `acceptedError` is the part of each.
 * With one endpoint there is nothing to tell apart, and the floor is returned.
 */
export function requestsNeeded(
  eligibleEndpoints: number,
  acceptedError: number,
  expected: Verdict['expected'] = 'sticky',
  verdicts = 1,
): number {
  if (eligibleEndpoints < 2) return fewest
  const floor = expected === 'spread' ? fewestForSpread(eligibleEndpoints, verdicts) : fewest
  // ln(10⁶) / ln(10) is 6 and comes out as 5.999… or 6.000…1: the tolerance keeps whole numbers whole.
  const repeats = Math.ceil(Math.log(1 / acceptedError) / Math.log(eligibleEndpoints) - 1e-9)
  return Math.min(most, Math.max(floor, repeats + 1))
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
