import { describe, expect, it } from 'vitest'
import { ratioOf } from '../../bench/measure.ts'

describe('ratios of the bench', () => {
  const pairs = (theirs: number[]): [number, number][] => theirs.map((their) => [their / 2, their])

  it('are the median of the pairs, with the load of the machine', () => {
    expect(ratioOf(pairs([50, 51, 52, 49, 50]))).toMatch(/^ratio 0\.50 {3}\(5 pairs, load \d+\.\d\)$/)
  })

  it('are none where the peer itself is not steady', () => {
    expect(ratioOf(pairs([50, 90, 30, 140, 60]))).toMatch(
      /^no ratio: the peer's own times are \d+ % apart \(load/,
    )
  })
})
