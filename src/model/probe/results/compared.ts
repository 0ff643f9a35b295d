import type { ComparedRun } from './comparison.ts'
import type { Policy } from '../../affinity/policy.ts'
import type { SurveyCell } from './survey.ts'
import type { Behaviour } from './verdict.ts'

type Result = ComparedRun['result']

/** What a result says in one word: cells that do not behave alike say nothing together. */
export function behaviourOf(result: Result): Behaviour {
  if (!('cells' in result)) return result.verdict.behaviour
  const decided = new Set(judgedCells(result).map(({ verdict }) => verdict.behaviour))
  decided.delete('inconclusive')
  const [only] = decided
  return only === undefined || decided.size > 1 ? 'inconclusive' : only
}

/** Changes of the backend that nothing explains, over all cells. */
export function unexplainedOf(result: Result): number {
  const verdicts = 'cells' in result ? judgedCells(result).map(({ verdict }) => verdict) : [result.verdict]
  return verdicts.reduce((sum, { switches, explainedSwitches }) => sum + switches - explainedSwitches, 0)
}

/** Where there are users with a jar, they are meant, and not the requests beside them that keep nothing. */
function judgedCells({ cells, sessions, users }: Extract<Result, { cells: unknown }>): SurveyCell[] {
  if (users === undefined) return cells
  return cells.filter(({ session }) => sessions[session]?.keeps === 'cookies')
}

/** What is to keep clients on their pod: what stands in front says it, else the Service. */
export function policyOf(result: Result): Policy {
  return ('cells' in result ? result.entries[0]?.front?.policy : undefined) ?? result.service.policy
}
