import type { Verdict } from '../../model/probe/results/verdict.ts'
import type { JudgeInput } from './input.ts'

/** A verdict, and what it was made from. */
export interface Judgement {
  input: JudgeInput
  verdict: Verdict
}

/**
 * What a reader of the verdicts of a run should know about it. Sentences; none changes a verdict. Where they differ in a number each is
 * said once, for all.
 * @param isSpread requests that nothing holds were seen to spread, so that uneven shares explain nothing
 */
export function judgeNotes(judgements: readonly Judgement[], isSpread = false): string[] {
  const inputs = judgements.map(({ input }) => input)
  const decided = judgements.filter(({ verdict }) => verdict.behaviour !== 'inconclusive')
  const anonymous = decided.filter(({ input }) => input.anonymous !== false)
  const unrecognised = sumOf(inputs.map((input) => (input.answers > 0 ? input.unrecognised : 0)))
  const lost = sumOf(decided.map(({ input }) => input.lost))
  const shares = isSpread ? [] : judgements.flatMap(({ verdict }) => verdict.excludedShare ?? [])
  const idle = judgements.find((one) => isAlwaysLate(one))?.input.expectation.idleMs
  const notes = [
    ...new Set(
      inputs.flatMap(({ serviceChanges = [] }) =>
        serviceChanges.length === 0 ? [] : [changedWords(serviceChanges)],
      ),
    ),
  ]
  if (anonymous.length > 0) {
    const distinct = Math.max(...anonymous.map(({ input }) => input.pickHits.length))
    notes.push(
      `No answer names a pod, so ${distinct} distinct answers stand for the pods. ` +
        'Pods that answer alike count as one, and a pod that answers differently counts twice.',
    )
  }
  if (unrecognised > 0) notes.push(`${answers(unrecognised)} no single known pod; each may have been of any.`)
  if (lost > 0)
    notes.push(`${lost} observations were lost on their way; the others are enough for the verdict.`)
  if (shares.length > 0) {
    notes.push(
      'How the proxy shares out connections is not known: ' +
        `a pod that gets more than ${(Math.max(...shares) * 100).toPrecision(3)} % of them without affinity would look the same.`,
    )
  }
  if (inputs.some(({ perRequest }) => perRequest)) {
    notes.push(
      'Answers on one connection came from different pods: something on the way picks for every request, not only the Service.',
    )
  }
  if (idle !== undefined) {
    notes.push(
      `Every connection came when the affinity of ${idle / 1000} s may have been over, ` +
        'so that any pod may be picked. It shows with a shorter interval.',
    )
  }
  if (inputs.some(({ endpointsChanged }) => endpointsChanged))
    notes.push('Endpoints came, went or changed their readiness during the run.')
  return notes
}

/** What became of a Service while it was asked. */
export function changedWords(changes: readonly string[]): string {
  return `While the Service was asked, ${changes.join(', and ')}.`
}

function isAlwaysLate({ input: { bindingPicks, expectation }, verdict }: Judgement): boolean {
  const binding = sumOf(bindingPicks.map(({ picks }) => picks))
  return expectation.idleMs !== undefined && verdict.picks > 1 && binding === 0
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

function answers(count: number): string {
  return count === 1 ? '1 answer named' : `${count} answers named`
}
