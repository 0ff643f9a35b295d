import type { ChangeDone, ChangeOutcome } from '../../model/affinity/change.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import { formatDuration } from '../../model/common/words/amounts.ts'
import type { NextStep } from './text.ts'
import { commandFor, commandLine, targetWord } from '../../model/targets/command.ts'
import { distinctBy } from '../../model/common/values.ts'

export interface NextOptions {
  /** Flags that every command has to have to mean the same cluster: ` --context prod`. */
  flags: string
  /** How the Services were selected, where it was not by name: `-l app=web`. */
  selection?: string | undefined
}

/** More commands than this to prove something scroll away what was done. */
const mostProofs = 3

/** More names than this are told by the selection, where it means exactly these. */
const mostNames = 5

/** The command that takes everything back, exactly, and the one that shows that the change works. */
export function nextSteps(outcomes: readonly ChangeOutcome[], options: NextOptions): NextStep[] {
  const patched = outcomes.filter((outcome): outcome is ChangeDone => outcome.kind === 'patched')
  const groups = new Map<string, ChangeDone[]>()
  for (const outcome of patched.filter(({ undo }) => undo === undefined)) {
    const key = JSON.stringify([outcome.target.namespace, outcome.before])
    groups.set(key, [...(groups.get(key) ?? []), outcome])
  }
  const areAll = groups.size === 1 && patched.length === outcomes.length
  return [
    ...[...groups.values()].map((group) => ({ label: 'undo', command: undo(group, areAll, options) })),
    ...patched.flatMap(({ undo = [] }) => undo.map((command) => ({ label: 'undo', command }))),
    ...proofs(patched)
      .slice(0, mostProofs)
      .map((target) => ({ label: 'prove', command: commandFor('probe', target, options.flags.trim()) })),
  ]
}

/** What was taken over is to be seen at both ends. */
function proofs(patched: readonly ChangeDone[]): TargetRef[] {
  const all = patched.flatMap(({ target, from, proofs = [target] }) => [
    ...(from === undefined ? [] : [from]),
    ...proofs,
  ])
  return distinctBy(all, (target) => JSON.stringify(target))
}

function undo(group: readonly ChangeDone[], areAll: boolean, { flags, selection }: NextOptions): string {
  const [first] = group
  if (first === undefined) return ''
  const { verb, rest } = verbFor(first.before)
  const isSelected = areAll && selection !== undefined && group.length > mostNames
  const names = group.map(({ target }) => targetWord(target)).join(' ')
  return commandLine(verb, isSelected ? selection : names, `-n ${first.target.namespace}`, flags.trim(), rest)
}

/** What leads back to a policy; the timeout is always told, as the default may not be what it was. */
function verbFor(policy: Policy): { verb: string; rest: string } {
  return policy.kind === 'client-ip'
    ? { verb: 'enable', rest: `--timeout ${formatDuration(policy.timeoutSeconds)}` }
    : { verb: 'disable', rest: '' }
}
