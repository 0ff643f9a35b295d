import type { ProbeComparison } from '../../../model/probe/results/comparison.ts'
import type { ProbeComparisonReport } from '../../../model/contract/comparison.ts'
import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { ProbeReport } from '../../../model/contract/probe.ts'
import type { SurveyReport } from '../../../model/contract/survey.ts'
import { toReport } from '../json.ts'
import { toSurveyReport } from '../survey/json.ts'
import { alignLetters } from './letters.ts'
import { conclusionWords } from './words.ts'
import { defined } from '../../../model/common/values.ts'

/** Two reports and what they say together, for programs. */
export function toComparisonReport(comparison: ProbeComparison): ProbeComparisonReport {
  const { kind, change, runs, differences, conclusion, result, notes } = comparison
  const [first, second] = runs
  const { headline, sentence } = conclusionWords(comparison)
  return {
    apiVersion: 'affinity.kubectl.dev/v1',
    kind: 'ProbeComparison',
    metadata: {
      name: first.result.runId,
      namespace: first.result.service.namespace,
      creationTimestamp: first.result.startedAt,
    },
    spec: defined({ comparison: kind, change }),
    status: {
      result,
      conclusion: conclusion.kind,
      message: `${headline}: ${sentence}`,
      differences: [...differences],
      notes: [...notes],
      runs: [
        { title: first.title, report: reportOf(first.result) },
        { title: second.title, report: reportOf(alignLetters(first.result, second.result)) },
      ],
    },
  }
}

function reportOf(result: ProbeResult | ProbeSurvey): ProbeReport | SurveyReport {
  return 'cells' in result ? toSurveyReport(result) : toReport(result)
}
