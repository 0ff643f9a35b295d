import { expect } from 'vitest'
import { type ProbeComparisonReport, probeComparisonReport } from '../../../src/model/contract/comparison.ts'
import { type ProbeReport, probeReport } from '../../../src/model/contract/probe.ts'
import { type SurveyReport, surveyReport } from '../../../src/model/contract/survey.ts'
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
export function comparisonOf(ended: Ended): ComparisonOf<ProbeReport> {
  return parseComparison(ended, 'ProbeReport') as ComparisonOf<ProbeReport>
}

/** The same of two with several clients or entries each. */
export function surveyComparisonOf(ended: Ended): ComparisonOf<SurveyReport> {
  return parseComparison(ended, 'ProbeSurveyReport') as ComparisonOf<SurveyReport>
}

type Compared<Report> = { title: string; report: Report }

type ComparisonOf<Report> = Omit<ProbeComparisonReport, 'status'> & {
  status: Omit<ProbeComparisonReport['status'], 'runs'> & { runs: [Compared<Report>, Compared<Report>] }
}

function parseComparison(ended: Ended, kind: string): ProbeComparisonReport {
  const text = ended.stdout
  expect(text, `no JSON on stdout; stderr was: ${ended.stderr}`).toMatch(/^\{[\s\S]*\}\n$/)
  const comparison = probeComparisonReport.parse(JSON.parse(text))
  expect(comparison.status.runs.map(({ report }) => report.kind)).toStrictEqual([kind, kind])
  return comparison
}

/** Fails with everything that the command printed when its exit code is not the expected one. */
export function expectExit(ended: Ended, code: number): void {
  expect(ended.code, `stdout:\n${ended.stdout}\nstderr:\n${ended.stderr}`).toBe(code)
}
