import { assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialAtLeast, binomialAtMost, logGamma } from '../../../../src/judge/statistics/binomial.ts'
import { switchesIfIndependent } from '../../../../src/judge/run/independence.ts'
import { requestsNeeded } from '../../../../src/judge/run/requests.ts'
import { chanceOfAtMostRuns } from '../../../../src/judge/statistics/runs.ts'
import { breakRateBound, chanceOfLookingSticky } from '../../../../src/judge/run/sticky.ts'

describe('requestsNeeded', () => {
  test.each([
    [2, 1e-6, 30],
    [2, 1e-9, 41],
    [3, 1e-6, 20],
    [3, 1e-12, 34],
    [10, 1e-30, 36],
    [50, 1e-6, 20],
    [1, 1e-6, 20],
    [0, 1e-6, 20],
    [2, 1e-320, 1000],
    [2, 0, 1000],
  ])('%i endpoints, error %f: %i', (endpoints, error, expected) => {
    expect(requestsNeeded(endpoints, error)).toBe(expected)
  })

  test('few endpoints that are expected to spread need more to be told from broken affinity', () => {
    expect(requestsNeeded(2, 1e-6, 'spread')).toBe(40)
    expect(requestsNeeded(3, 1e-6, 'spread')).toBe(27)
    expect(requestsNeeded(4, 1e-6, 'spread')).toBe(20)
  })

  test('is the smallest number above the floor that keeps the error', () => {
    assert(
      property(integer({ min: 2, max: 100 }), double({ min: 1, max: 60, noNaN: true }), (k, digits) => {
        const alpha = 10 ** -digits
        const n = requestsNeeded(k, alpha)
        // Two of them fail.
        const error = (count: number): number =>
          chanceOfLookingSticky([{ eligible: k, picks: count - 3 }], count - 2, 0, { missing: 2 })
        expect(error(n)).toBeLessThanOrEqual(alpha * (1 + 1e-6))
        if (n > 20) expect(error(n - 1)).toBeGreaterThan(alpha)
      }),
    )
  })
})

describe('chanceOfLookingSticky', () => {
  test('three pods and fifteen equal answers: 2·10⁻⁷', () => {
    expect(chanceOfLookingSticky([{ eligible: 3, picks: 14 }], 15, 0)).toBeCloseTo(2.09e-7, 9)
  })

  test('two pods and ten equal answers: 0.2 %', () => {
    expect(chanceOfLookingSticky([{ eligible: 2, picks: 9 }], 10, 0)).toBeCloseTo(0.00195, 5)
  })

  test('picks with one endpoint prove nothing', () => {
    expect(chanceOfLookingSticky([{ eligible: 1, picks: 1000 }], 1001, 0)).toBe(1)
  })

  test('a pod that went excuses one pick, and its moment could have been any', () => {
    const groups = [
      { eligible: 2, picks: 10 },
      { eligible: 3, picks: 10 },
    ]
    expect(chanceOfLookingSticky(groups, 21, 1)).toBeCloseTo(21 / 2 ** 10 / 3 ** 9, 12)
  })
})

test('breakRateBound is the rule of three for small errors', () => {
  expect(breakRateBound([{ eligible: 3, picks: 1000 }], 0.05)).toBeCloseTo(0.003, 4)
  expect(breakRateBound([{ eligible: 2, picks: 20 }], 1e-6)).toBeCloseTo(0.4988, 4)
  expect(breakRateBound([{ eligible: 1, picks: 20 }], 1e-6)).toBe(1)
})

describe('binomial', () => {
  test('logGamma of whole numbers is the logarithm of a factorial', () => {
    let logarithm = 0
    for (let n = 1; n <= 170; n++) {
      logarithm += Math.log(n)
      expect(logGamma(n + 1)).toBeCloseTo(logarithm, 10)
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12)
  })

  test('agrees with the sum of its terms', () => {
    assert(
      property(
        integer({ min: 1, max: 60 }),
        integer({ min: -1, max: 61 }),
        double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, x, p) => {
          let sum = 0
          let ways = 1
          for (let i = 0; i <= Math.min(x, n); i++) {
            sum += ways * p ** i * (1 - p) ** (n - i)
            ways = (ways * (n - i)) / (i + 1)
          }
          expect(binomialAtMost(x, n, p)).toBeCloseTo(sum, 9)
          expect(binomialAtLeast(x + 1, n, p)).toBeCloseTo(1 - sum, 9)
        },
      ),
    )
  })

  test('keeps its precision far out in the tail', () => {
    expect(binomialAtMost(0, 1000, 0.5)).toBeCloseTo(0, 300)
    expect(Math.log2(binomialAtMost(0, 1000, 0.5))).toBeCloseTo(-1000, 6)
    expect(Math.log2(binomialAtLeast(1000, 1000, 0.5))).toBeCloseTo(-1000, 6)
  })
})

describe('chanceOfAtMostRuns', () => {
  const arrangements = function* (
    counts: readonly number[],
    before: readonly number[] = [],
  ): Generator<readonly number[]> {
    if (counts.every((count) => count === 0)) yield before
    for (const [kind, count] of counts.entries()) {
      if (count > 0) yield* arrangements(counts.with(kind, count - 1), [...before, kind])
    }
  }

  test.each([[[3, 2]], [[5, 1]], [[2, 2, 2]], [[4, 3, 1]], [[1, 1, 1, 1]], [[6]], [[0, 3, 2]]])(
    'counts the arrangements of %j',
    (counts) => {
      const runs = [...arrangements(counts)].map(
        (arrangement) => arrangement.filter((kind, index) => kind !== arrangement[index - 1]).length,
      )
      for (let most = 0; most <= 9; most++) {
        const share = runs.filter((count) => count <= most).length / runs.length
        expect(chanceOfAtMostRuns(most, counts)).toBeCloseTo(share, 12)
      }
    },
  )

  // As inclusion and exclusion in whole numbers has it.
  test.each([
    [100, [66, 67, 67], 3.655229820093638e-7],
    [40, [66, 67, 67], 4.929098163332028e-43],
    [150, Array.from({ length: 10 }, () => 20), 1.5305652471932859e-10],
    [30, [120, 50, 20, 9, 1], 5.901034008363914e-47],
    [170, Array.from({ length: 50 }, () => 4), 6.1475657936816844e-21],
  ])('%i runs of many picks of several kinds', (runs, counts, chance) => {
    expect(chanceOfAtMostRuns(runs, counts) / chance).toBeCloseTo(1, 12)
  })

  test('two kinds: the sum of Wald and Wolfowitz', () => {
    // P(R = 2) = 2 · C(9, 0) · C(9, 0) / C(20, 10)
    expect(chanceOfAtMostRuns(2, [10, 10])).toBeCloseTo(2 / 184_756, 15)
    expect(chanceOfAtMostRuns(2, [100, 100])).toBeCloseTo(0, 50)
    expect(chanceOfAtMostRuns(2, [100, 100])).toBeGreaterThan(0)
  })
})

test('switchesIfIndependent is the mean over all arrangements', () => {
  expect(switchesIfIndependent([10, 10])).toBeCloseTo(10)
  expect(switchesIfIndependent([1, 1, 1])).toBeCloseTo(2)
  expect(switchesIfIndependent([7])).toBe(0)
  expect(switchesIfIndependent([])).toBe(0)
})
