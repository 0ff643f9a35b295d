import { expect } from 'vitest'
import { timeoutReport, type TimeoutReport } from '../../../src/model/contract/timeout.ts'
import type { Ended } from './command.ts'
import { site } from './site.ts'

// Confidence 99 % instead of 99.9 %: fewer pods for the same. One run in a hundred may be wrong.
export const measuring = ['--measure-timeout', '--confidence', '99%']

/** The JSON of a measurement. */
export function reportOf(ended: Ended): TimeoutReport {
  expect(ended.stdout, `no JSON on stdout; stderr was: ${ended.stderr}`).toMatch(/^\{[\s\S]*\}\n$/)
  return timeoutReport.parse(JSON.parse(ended.stdout))
}

/** An idle timer that ends at this time, known to a second; or within the second before it, where the proxy counts those. */
export function expectIdle({ status: { finding } }: TimeoutReport, seconds: number): void {
  expect(finding).toMatchObject({ outcome: 'timed', kind: 'idle' })
  const { fromMs, toMs = Infinity } = finding!
  if (site.countsSeconds) {
    expect(finding!.clock).toBe('whole-seconds')
    expect(fromMs).toBeLessThanOrEqual(seconds * 1000 - 980)
    expect(toMs).toBeGreaterThanOrEqual(seconds * 1000 - 20)
    expect(toMs - fromMs).toBeLessThanOrEqual(2000)
    return
  }
  expect(fromMs).toBeGreaterThan(seconds * 1000 - 1000)
  expect(fromMs).toBeLessThanOrEqual(seconds * 1000 + 20)
  expect(toMs).toBeGreaterThanOrEqual(seconds * 1000 - 20)
  expect(toMs - fromMs).toBeLessThanOrEqual(1000)
}
