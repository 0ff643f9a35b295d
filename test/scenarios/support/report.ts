import { expect } from 'vitest'
import { type ProbeComparisonReport, probeComparisonReport } from '../../../src/report/schema/comparison.ts'
import { type ProbeReport, probeReport } from '../../../src/report/schema/probe.ts'
import { type SurveyReport, surveyReport } from '../../../src/report/schema/survey.ts'
import type { Ended } from './command.ts'

/** The report that a probe with `-o json` printed, checked against the published schema. */
export function reportOf(ended: Ended): ProbeReport {
  return probeReport.parse(jsonOf(ended))
}

/** The same of a probe with several clients or entries. */
export function surveyOf(ended: Ended): SurveyReport {
  return surveyReport.parse(jsonOf(ended))
}

function jsonOf({ stdout, stderr }: Ended): unknown {
  expect(stdout, `no JSON on stdout; stderr was: ${stderr}`).toMatch(/^\{[\s\S]*\}\n$/)
  return JSON.parse(stdout)
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
