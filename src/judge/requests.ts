import type { Verdict } from '../model/verdict.ts'

/** Fewer requests than this show no shares worth looking at. At 50 per second they take 0.4 s. */
const fewest = 20

/**
 * Few backends without affinity show few switches by chance: 20 picks of two leave one run in 50 undecided between
 * `spread` and `broken`. 80/k, that is 40 picks of two and 27 of three, leave one in some hundred
 * (test/unit/judge/error-rates.test.ts).
 */
const fewestToSpread = 80

/** No default run is longer, whatever error is asked for. */
const most = 1000

/**
 * How many requests a run needs, so that a Service without affinity is called sticky with probability α at most:
 * the smallest n with k^−(n−1) ≤ α, that is n = 1 + ⌈ln(1/α) / ln k⌉, and at least 20, or 80/k
 * when the Service is expected to spread.
 *
 * k^−(n−1) is the chance that n independent, uniform picks among k endpoints all hit the one that the first of them hit.
 * While it is unknown on which node the client will run, k is the smallest number of two or more that is possible:
 * fewer endpoints need more requests. With one endpoint there is nothing to tell apart, and the floor is returned.
 */
export function requestsNeeded(
  eligibleEndpoints: number,
  acceptedError: number,
  expected: Verdict['expected'] = 'sticky',
): number {
  if (eligibleEndpoints < 2) return fewest
  const floor =
    expected === 'spread' ? Math.max(fewest, Math.ceil(fewestToSpread / eligibleEndpoints)) : fewest
  // ln(10⁶) / ln(10) is 6 and comes out as 5.999… or 6.000…1: the tolerance keeps whole numbers whole.
  const repeats = Math.ceil(Math.log(1 / acceptedError) / Math.log(eligibleEndpoints) - 1e-9)
  return Math.min(most, Math.max(floor, repeats + 1))
}
