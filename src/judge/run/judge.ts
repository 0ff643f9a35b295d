import { backendLetter } from '../../model/probe/backend.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import { explained, type RunFinding, inconclusive, total } from './finding.ts'
import { switchesIfIndependent } from './independence.ts'
import type { JudgeInput } from './input.ts'
import { nameSteady } from './steady.ts'
import { breakRateBound } from './sticky.ts'
import { nameSwitching } from './switching.ts'

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
