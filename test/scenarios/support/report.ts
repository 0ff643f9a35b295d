import { expect } from 'vitest'
import { type ProbeComparisonReport, probeComparisonReport } from '../../../src/report/schema/comparison.ts'
import { type ProbeReport, probeReport } from '../../../src/report/schema/probe.ts'
import type { Ended } from './command.ts'

/** The report that a probe with `-o json` printed, checked against the published schema. */
export function reportOf(ended: Ended): ProbeReport {
  const text = ended.stdout
  expect(text, `no JSON on stdout; stderr was: ${ended.stderr}`).toMatch(/^\{[\s\S]*\}\n$/)
  return probeReport.parse(JSON.parse(text))
}

/** The same of two probes side by side. */
export function comparisonOf(ended: Ended): ProbeComparisonReport {
  const text = ended.stdout
  expect(text, `no JSON on stdout; stderr was: ${ended.stderr}`).toMatch(/^\{[\s\S]*\}\n$/)
  return probeComparisonReport.parse(JSON.parse(text))
}

/** Fails with everything that the command printed when its exit code is not the expected one. */
export function expectExit(ended: Ended, code: number): void {
  expect(ended.code, `stdout:\n${ended.stdout}\nstderr:\n${ended.stderr}`).toBe(code)
}
