import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chanceOfFullest, expectedFullest } from '../../../../src/judge/statistics/occupancy.ts'

/** All ways to give each client a pod, each equally likely. */
function enumerate(clients: number, pods: number): number[] {
  const fullest: number[] = []
  for (let code = 0; code < pods ** clients; code++) {
    const counts = Array.from({ length: pods }, () => 0)
    for (let client = 0, rest = code; client < clients; client++, rest = Math.floor(rest / pods))
      counts[rest % pods]! += 1
    fullest.push(Math.max(...counts))
  }
  return fullest
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

describe('clients that are given pods by chance', () => {
  for (const [clients, pods] of [
    [1, 1],
    [2, 2],
    [5, 2],
    [6, 3],
    [3, 5],
    [7, 3],
  ] as const)
    test(`${clients} over ${pods}: as counted out`, () => {
      const all = enumerate(clients, pods)
      expect(expectedFullest(clients, pods)).toBeCloseTo(mean(all), 9)
      for (let most = 1; most <= clients; most++)
        expect(chanceOfFullest(most, clients, pods)).toBeCloseTo(
          mean(all.map((value) => Number(value >= most))),
          9,
        )
    })

  test('all on one of k pods: (1/k)^(N−1)', () => {
    expect(chanceOfFullest(10, 10, 3)).toBeCloseTo(3 ** -9, 12)
    expect(chanceOfFullest(2, 2, 50)).toBeCloseTo(1 / 50, 10)
  })

  test('chances are chances, fall with the number, and the mean is within what is possible', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 60 }), (clients, pods) => {
        const least = Math.ceil(clients / pods)
        const chances = Array.from({ length: 5 }, (_, index) => chanceOfFullest(least + index, clients, pods))
        expect(chances[0]).toBeCloseTo(1, 6)
        for (const [index, chance] of chances.entries()) {
          expect(chance).toBeGreaterThanOrEqual(0)
          expect(chance).toBeLessThanOrEqual((chances[index - 1] ?? 1) + 1e-9)
        }
        const expected = expectedFullest(clients, pods)
        expect(expected).toBeGreaterThanOrEqual(least)
        expect(expected).toBeLessThanOrEqual(clients + 1e-9)
      }),
      { numRuns: 30 },
    )
  })
})
