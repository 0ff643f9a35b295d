import type { Behaviour, InconclusiveReason, Verdict } from '../model/verdict.ts'
import { binomialAtLeast, binomialAtMost } from './binomial.ts'
import { chanceOfFewSwitches, switchesIfIndependent } from './independence.ts'
import type { JudgeInput } from './input.ts'
import { breakRateBound, chanceOfLookingSticky } from './sticky.ts'

/**
 * How sure the *name* of a run with switches must be, where the accepted error is stricter than that. That affinity
 * does not hold is certain after one switch without an explanation; whether the picks are independent (`spread`) or
 * kept for a while (`broken`) can be told from 20 picks with this error, and with one of 10⁻⁶ only from some hundred.
 */
const namingError = 0.001

/** With fewer picks than this, a run with switches is not called spread. */
const fewestForSpread = 5

/** Where affinity is expected and one backend has this share of the picks, the others are slips and not shares. */
const dominant = 0.85

interface Finding {
  behaviour: Behaviour
  errorProbability: number
  reason?: InconclusiveReason
}

/**
 * What a run showed, judged from all of it. Each formula is documented where it is computed; docs/judging.md explains
 * them together, with the error rates.
 */
export function judge(input: JudgeInput): Verdict {
  const expected = input.expectation.behaviour
  const { behaviour, errorProbability, reason } = find(input, expected)
  const picks = total(input.pickHits)
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
    ...(picks > 1 ? { switchesIfIndependent: switchesIfIndependent(input.pickHits) } : {}),
  }
}

function find(input: JudgeInput, expected: Verdict['expected']): Finding {
  if (input.answers === 0) {
    return inconclusive(input.unrecognised > 0 ? 'backends-not-told-apart' : 'no-answers')
  }
  if (input.anonymous && !toldApart(input)) return inconclusive('backends-not-told-apart')
  if (input.switches > explained(input)) return nameSwitching(input, expected)
  return nameSteady(input)
}

/** No switch, or an explanation for each: is that more than chance? */
function nameSteady(input: JudgeInput): Finding {
  const picks = total(input.pickHits)
  if (!input.bindingPicks.some((group) => group.eligible > 1) && input.eligibleEndpoints < 2) {
    return inconclusive('one-endpoint')
  }
  // An open connection stays with its backend, with affinity or without.
  if (picks < 2 && input.answers > picks) return inconclusive('one-connection')
  // A switch may hide among the lost observations; only the agent, which saw them all, can say that none does.
  if (input.lost > 0 && input.agentTotals?.switches !== input.switches)
    return inconclusive('observations-lost')
  const errorProbability = chanceOfLookingSticky(input.bindingPicks, picks, input.goneSwitches)
  if (errorProbability > input.acceptedError) {
    return inconclusive(input.interrupted ? 'interrupted' : 'too-few-requests', errorProbability)
  }
  return { behaviour: 'sticky', errorProbability }
}

/**
 * There are switches that nothing explains: the picks are either independent of each other or kept for a while.
 * Observations that were lost change nothing here: what is left of independent picks is independent.
 */
function nameSwitching(input: JudgeInput, expected: Verdict['expected']): Finding {
  const dependent = chanceIfSpread(input)
  const error = Math.max(input.acceptedError, namingError / (input.verdicts ?? 1))
  const errorProbability = chanceIfHalfKept(input)
  if (expected === 'sticky') {
    // Affinity failed, and that is certain; what is left is the better name for it.
    const kept = Math.min(dependent, chanceOfSlips(input))
    return kept <= error || errorProbability > 0.5
      ? { behaviour: 'broken', errorProbability: kept }
      : { behaviour: 'spread', errorProbability }
  }
  if (dependent <= input.acceptedError) return { behaviour: 'broken', errorProbability: dependent }
  const reason = input.interrupted ? 'interrupted' : 'too-few-requests'
  if (dependent <= error) return inconclusive(reason, dependent)
  if (errorProbability > 0.5 || total(input.pickHits) < fewestForSpread)
    return inconclusive(reason, errorProbability)
  return { behaviour: 'spread', errorProbability }
}

/**
 * The probability that independent picks show as few switches. Where endpoints came or went during the run the shares
 * changed with them, and the same picks look clustered by the shares of the whole run; then they must also have fewer
 * switches than uniform picks among the fewest endpoints that there were, a test that asks for no shares.
 */
function chanceIfSpread(input: JudgeInput): number {
  const given = chanceOfFewSwitches(input.pickHits, input.switches, input.eligibleEndpoints)
  return input.endpointsChanged ? Math.max(given, chanceIfUniform(input)) : given
}

/** The probability of as few switches, P(Bin(m, 1 − 1/k) ≤ s), if every pick is uniform among k endpoints. */
function chanceIfUniform(input: JudgeInput): number {
  const groups = input.bindingPicks.filter((group) => group.eligible > 1)
  if (groups.length === 0) return 1
  const fewest = Math.min(...groups.map((group) => group.eligible))
  const picks = groups.reduce((sum, group) => sum + group.picks, 0)
  return binomialAtMost(input.switches, picks, 1 - 1 / fewest)
}

/**
 * One backend with nearly all picks and a few on others: by the switches alone, an affinity that slips now and then
 * and independent picks with very unequal shares are the same thing. Uniform picks do not look so, and where affinity
 * is expected the slips are the plainer explanation.
 */
function chanceOfSlips(input: JudgeInput): number {
  return Math.max(...input.pickHits) >= dominant * total(input.pickHits) ? chanceIfUniform(input) : 1
}

/**
 * The probability of as many switches if at least every second pick were kept on the backend before it and the others
 * were independent: P(Bin(n − 1, q/2) ≥ s), where q is the rate of switches of independent picks with these hits.
 */
function chanceIfHalfKept(input: JudgeInput): number {
  const transitions = total(input.pickHits) - 1
  const rate = switchesIfIndependent(input.pickHits) / transitions
  return binomialAtLeast(input.switches, transitions, rate / 2)
}

/**
 * Distinct answers can stand for backends when there are several of them, no more than there are endpoints, and not
 * nearly as many as there are answers: otherwise the answers differ, or agree, for another reason.
 */
function toldApart(input: JudgeInput): boolean {
  const distinct = input.pickHits.length
  const picks = total(input.pickHits)
  if (distinct < 2) return input.eligibleEndpoints < 2
  return distinct <= input.knownEndpoints && (picks < fewestForSpread || distinct < 0.8 * picks)
}

function inconclusive(reason: InconclusiveReason, errorProbability = 1): Finding {
  return { behaviour: 'inconclusive', reason, errorProbability }
}

function explained(input: JudgeInput): number {
  return input.expiredSwitches + input.goneSwitches
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
