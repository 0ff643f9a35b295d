import { describe, expect, it } from 'vitest'
import { countOf, formatDuration } from '../../../../src/model/common/words/amounts.ts'
import {
  formatConfidence,
  formatElapsed,
  formatLatency,
  formatProbability,
  formatShare,
  formatSmallShare,
} from '../../../../src/report/text/numbers.ts'

/** With plain spaces: that numbers stay with their units is not what is tested here. */
const plain = (text: string): string => text.replaceAll('\u00A0', ' ')

describe('numbers in reports', () => {
  it.each([
    [5, '5s'],
    [60, '1m0s'],
    [1800, '30m0s'],
    [10_800, '3h0m0s'],
    [86_400, '24h0m0s'],
  ])('a duration of %d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

  it.each([
    [0, 1, '0.0s'],
    [834, 1, '0.8s'],
    [834, 2, '0.83s'],
    [12_340, 2, '12.3s'],
    [59_960, 1, '1m0s'],
    [125_000, 1, '2m5s'],
  ])('%d ms into the run with %d decimals is %s', (ms, decimals, text) => {
    expect(formatElapsed(ms, decimals)).toBe(text)
  })

  it.each([
    [0.04, '0.0 ms'],
    [1.13, '1.1 ms'],
    [9.96, '10 ms'],
    [120.4, '120 ms'],
    [999.7, '1.0 s'],
    [12_000, '12 s'],
  ])('a latency of %d ms is %s', (ms, text) => expect(plain(formatLatency(ms))).toBe(text))

  it.each([
    [0.3, 'p = 0.3'],
    [0.0123, 'p = 0.012'],
    [0.0009, 'p < 1e-3'],
    [1e-9, 'p < 1e-8'],
    [3.3e-18, 'p < 1e-17'],
    [0, 'p < 1e-300'],
  ])('a probability of %d is %s', (probability, text) =>
    expect(plain(formatProbability(probability))).toBe(text),
  )

  it.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.374, '37%'],
    [0.999, '>99%'],
    [1, '100%'],
  ])('a share of %d is %s', (share, text) => expect(formatShare(share)).toBe(text))

  it.each([
    [0.2057, '21%'],
    [0.2, '20%'],
    [0.0301, '3.1%'],
    [0.00038, '0.038%'],
    [1e-12, '0.000001%'],
    [1, '100%'],
  ])('a bound of %d is at most %s', (share, text) => expect(formatSmallShare(share)).toBe(text))

  it('certainty is not rounded up to 100 %', () => {
    expect(formatConfidence(1e-6)).toBe('99.9999%')
    expect(formatConfidence(0.05)).toBe('95%')
    expect(formatConfidence(1e-12)).toBe('more than 99.9999999%')
  })

  it('counts have separators and plurals', () => {
    expect(countOf(1, 'pod')).toBe('1 pod')
    expect(countOf(360_000, 'request')).toBe('360,000 requests')
    expect(countOf(2, 'switch', 'switches')).toBe('2 switches')
  })
})
