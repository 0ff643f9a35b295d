import { backendLetter } from '../../model/probe/backend.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import { explained, type RunFinding, inconclusive, total } from './finding.ts'
import { switchesIfIndependent } from './independence.ts'
import type { JudgeInput } from './input.ts'
import { breakRateBound, chanceOfLookingSticky } from './sticky.ts'
import { nameSwitching } from './switching.ts'
import { defined } from '../../model/common/values.ts'

/**
 * What a run showed, judged from all of it. Each formula is documented where it is computed; docs/judging.md explains
 * them together, with the error rates.
 */
export function judge(input: JudgeInput): Verdict {
  const expected = input.expectation.behaviour
  const { behaviour, errorProbability, reason, place } = find(input, expected)
  const picks = total(input.pickHits)
  const backend = place?.backend
  return {
    behaviour,
    expected,
    result: behaviour === 'inconclusive' ? behaviour : behaviour === expected ? 'as-expected' : 'differs',
    ...(reason === undefined ? {} : { reason }),
    errorProbability,
    acceptedError: input.acceptedError,
    answers: input.answers,
    picks,
    switches: input.switches,
    explainedSwitches: explained(input),
    eligibleEndpoints: input.eligibleEndpoints,
    ...(behaviour === 'sticky'
      ? { breakRateBound: breakRateBound(input.bindingPicks, input.acceptedError) }
      : {}),
    ...(behaviour === 'sticky' && (input.shares ?? 'unknown') === 'unknown'
      ? { excludedShare: 1 - breakRateBound(input.bindingPicks, input.acceptedError) }
      : {}),
    ...(picks > 1 ? { switchesIfIndependent: switchesIfIndependent(input.pickHits) } : {}),
    ...(place === undefined || backend === undefined
      ? {}
      : { place: { fromMs: place.fromMs, toMs: place.toMs, letter: backendLetter(backend) } }),
    ...(reason === 'failures' ? { unheard: [...input.unheard] } : {}),
  }
}

function find(input: JudgeInput, expected: Verdict['expected']): RunFinding {
  // What held before and what held after is not the same, and when it changed is not known.
  if ((input.serviceChanges ?? []).length > 0) return inconclusive('service-changed')
  if (input.answers === 0) {
    return inconclusive(input.unrecognised > 0 ? 'backends-not-told-apart' : 'no-answers')
  }
  // What differs between two answers is a pod's only where somebody says so.
  if (input.anonymous === 'guessed' || input.isUnconfirmed === true)
    return inconclusive('backends-not-told-apart')
  if (input.nameIsShared === true) return inconclusive('one-name')
  if (input.anonymous === 'told' && !mayBePods(input)) return inconclusive('backends-not-told-apart')
  return input.switches > explained(input) ? nameSwitching(input, expected) : nameSteady(input)
}

/**
 * Distinct answers can stand for backends when there are several of them, no more than there are endpoints, and not
 * nearly as many as there are answers: otherwise the answers differ, or agree, for another reason.
 */
function mayBePods(input: JudgeInput): boolean {
  const distinct = input.pickHits.length
  const picks = total(input.pickHits)
  if (distinct < 2) return input.eligibleEndpoints < 2
  return distinct <= input.knownEndpoints && (picks < 5 || distinct < 0.8 * picks)
}

/** No switch, or an explanation for each: is that more than chance? */
function nameSteady(input: JudgeInput): RunFinding {
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
