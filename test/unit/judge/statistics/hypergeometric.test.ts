import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOfRun, hypergeometricAtLeast } from '../../../../src/judge/statistics/hypergeometric.ts'

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n
  let product = 1n
  for (let i = 0; i < k; i++) product = (product * BigInt(n - i)) / BigInt(i + 1)
  return product
}

/** The same share of whole numbers: without rounding until the end. */
function exactly(x: number, n: number, h: number, drawn: number): number {
  let sum = 0n
  for (let i = x; i <= Math.min(h, drawn); i++) sum += choose(h, i) * choose(n - h, drawn - i)
  return Number((sum * 10n ** 40n) / choose(n, drawn)) / 1e40
}

const numbers = fc
  .integer({ min: 1, max: 200 })
  .chain((n) => fc.tuple(fc.constant(n), fc.nat(n), fc.nat(n)))
  .chain(([n, h, drawn]) => fc.tuple(fc.constant(n), fc.constant(h), fc.constant(drawn), fc.nat(drawn)))

describe('hypergeometricAtLeast', () => {
  it('is the sum of whole numbers, below the mean and above it', () => {
    fc.assert(
      fc.property(numbers, ([n, h, drawn, x]) => {
        expect(hypergeometricAtLeast(x, n, h, drawn)).toBeCloseTo(exactly(x, n, h, drawn), 9)
      }),
    )
  })

  it.each([
    [0, 10, 4, 5, 1],
    [2, 10, 4, 5, exactly(2, 10, 4, 5)],
    [1, 10, 4, 5, exactly(1, 10, 4, 5)],
    [5, 10, 4, 5, 0],
    [2, 10, 6, 6, 1],
  ])('of at least %i of %i, %i of a backend, %i drawn is %d', (x, n, h, drawn, chance) => {
    expect(hypergeometricAtLeast(x, n, h, drawn)).toBeCloseTo(chance, 12)
  })

  it('keeps its digits where it is tiny', () => {
    const chance = exactly(30, 100, 40, 30)
    expect(hypergeometricAtLeast(30, 100, 40, 30) / chance).toBeCloseTo(1, 8)
  })
})

describe('chanceOfRun', () => {
  it('bounds how often some picks in a row are of one backend', () => {
    expect(chanceOfRun(3, 10, 4)).toBeCloseTo((8 * 4) / 120, 12)
    expect(chanceOfRun(5, 10, 4)).toBe(0)
    expect(chanceOfRun(1, 10, 9)).toBe(1)
  })
})
