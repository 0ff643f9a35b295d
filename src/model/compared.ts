import type { ComparedRun } from './comparison.ts'
import type { Behaviour } from './verdict.ts'

type Result = ComparedRun['result']

/** What a result says in one word: cells that do not behave alike say nothing together. */
export function behaviourOf(result: Result): Behaviour {
  if (!('cells' in result)) return result.verdict.behaviour
  const decided = new Set(result.cells.map(({ verdict }) => verdict.behaviour))
  decided.delete('inconclusive')
  const [only] = decided
  return only === undefined || decided.size > 1 ? 'inconclusive' : only
}

/** Changes of the backend that nothing explains, over all cells. */
export function unexplainedOf(result: Result): number {
  const verdicts = 'cells' in result ? result.cells.map(({ verdict }) => verdict) : [result.verdict]
  return verdicts.reduce((sum, { switches, explainedSwitches }) => sum + switches - explainedSwitches, 0)
}
