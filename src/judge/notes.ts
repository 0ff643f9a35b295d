import type { Verdict } from '../model/probe/results/verdict.ts'
import type { JudgeInput } from './input.ts'

/** What a reader of the verdict should know about the run behind it. Sentences; none changes the verdict. */
export function judgeNotes(input: JudgeInput, verdict: Verdict): string[] {
  const notes: string[] = []
  const { serviceChanges = [] } = input
  if (serviceChanges.length > 0) notes.push(changedWords(serviceChanges))
  const decided = verdict.behaviour !== 'inconclusive'
  if (input.anonymous !== false && decided) {
    notes.push(
      `No answer names a pod, so ${input.pickHits.length} distinct answers stand for the pods. ` +
        'Pods that answer alike count as one, and a pod that answers differently counts twice.',
    )
  }
  if (input.unrecognised > 0 && input.answers > 0) {
    notes.push(`${answers(input.unrecognised)} no single known pod; each may have been of any.`)
  }
  if (input.lost > 0 && decided) {
    notes.push(`${input.lost} observations were lost on their way; the others are enough for the verdict.`)
  }
  if (verdict.excludedShare !== undefined) {
    notes.push(
      'How the proxy shares out connections is not known: ' +
        `a pod that gets more than ${(verdict.excludedShare * 100).toPrecision(3)} % of them without affinity would look the same.`,
    )
  }
  if (input.perRequest) {
    notes.push(
      'Answers on one connection came from different pods: something on the way picks for every request, not only the Service.',
    )
  }
  const binding = input.bindingPicks.reduce((sum, group) => sum + group.picks, 0)
  const { idleMs } = input.expectation
  if (idleMs !== undefined && verdict.picks > 1 && binding === 0) {
    notes.push(
      `Every connection came after a silence longer than the timeout of ${idleMs / 1000} s, ` +
        'when any pod may be picked. Affinity shows with a shorter interval.',
    )
  }
  if (input.endpointsChanged) notes.push('Endpoints came, went or changed their readiness during the run.')
  return notes
}

/** What became of a Service while it was asked. */
export function changedWords(changes: readonly string[]): string {
  return `While the Service was asked, ${changes.join(', and ')}.`
}

function answers(count: number): string {
  return count === 1 ? '1 answer named' : `${count} answers named`
}
