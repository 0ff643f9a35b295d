import { type RunFinding, inconclusive, total } from './finding.ts'
import type { JudgeInput } from './input.ts'
import { chanceOfLookingSticky } from './sticky.ts'
import { defined } from '../../model/common/defined.ts'

/** No switch, or an explanation for each: is that more than chance? */
export function nameSteady(input: JudgeInput): RunFinding {
  const picks = total(input.pickHits)
  const binding = total(input.bindingPicks.map((group) => group.picks))
  const withChoice = total(
    input.bindingPicks.filter(({ eligible }) => eligible > 1).map((group) => group.picks),
  )
  if (input.eligibleEndpoints < 2 && withChoice === 0) return inconclusive('one-endpoint')
  // An open connection stays with its backend, with affinity or without.
  if (picks < 2 && input.answers > picks) return inconclusive('one-connection')
  // More of the same would not help, whatever their number.
  if (binding > 0 && withChoice === 0) return inconclusive('one-endpoint')
  if (binding === 0 && picks > 1) return inconclusive('silences')
  // A switch may hide among the lost observations; only the agent, which saw them all, can say that none does.
  if (input.lost > 0 && input.agentTotals?.switches !== input.switches)
    return inconclusive('observations-lost')
  // Each of them may have reached one of those: affinity that breaks looks the same.
  if (input.missing > 0 && input.unheard.length > 0) return inconclusive('failures')
  const errorProbability = chanceOfLookingSticky(input.bindingPicks, picks, input.goneSwitches, input)
  if (errorProbability <= input.acceptedError) return { behaviour: 'sticky', errorProbability }
  if (input.interrupted) return inconclusive('interrupted', errorProbability)
  return inconclusive(whatIsInTheWay(input, picks), errorProbability)
}

type Obstacle = 'failures' | 'moves' | 'one-connection' | 'silences' | 'one-endpoint' | 'too-few-requests'

/** Why chance looks like this, too: what it would take to change that. More of the same only where nothing else is in the way. */
function whatIsInTheWay(input: JudgeInput, picks: number): Obstacle {
  const without = (other: Partial<JudgeInput>): number => {
    const { bindingPicks, goneSwitches, shares, missing } = { ...input, ...other }
    return chanceOfLookingSticky(bindingPicks, picks, goneSwitches, defined({ missing, shares }))
  }
  if (input.missing > 0 && without({ missing: 0 }) <= input.acceptedError) return 'failures'
  if (input.goneSwitches > 0 && without({ goneSwitches: 0, missing: 0 }) <= input.acceptedError)
    return 'moves'
  return mostOf(input, picks) ?? 'too-few-requests'
}

/** What most of the requests were lost to. */
function mostOf({ answers, bindingPicks, missing }: JudgeInput, picks: number): Obstacle | undefined {
  const binding = total(bindingPicks.map((group) => group.picks))
  const withChoice = total(bindingPicks.filter(({ eligible }) => eligible > 1).map((group) => group.picks))
  if (missing > picks) return 'failures'
  if (answers > 2 * picks) return 'one-connection'
  if (picks - 1 > 2 * binding) return 'silences'
  return binding > 2 * withChoice ? 'one-endpoint' : undefined
}
