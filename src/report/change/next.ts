import type { ChangeDone, ChangeOutcome } from '../../model/change.ts'
import type { ServicePolicy } from '../../model/policy.ts'
import { formatDuration } from '../../model/duration.ts'
import type { NextStep } from './text.ts'
import { commandFor, commandLine, serviceTarget, targetWord } from '../../targets/command.ts'

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
  for (const outcome of patched) {
    const key = JSON.stringify([outcome.service.namespace, outcome.before])
    groups.set(key, [...(groups.get(key) ?? []), outcome])
  }
  const areAll = groups.size === 1 && patched.length === outcomes.length
  return [
    ...[...groups.values()].map((group) => ({ label: 'undo', command: undo(group, areAll, options) })),
    ...patched.slice(0, mostProofs).map(({ service }) => ({
      label: 'prove',
      command: commandFor('probe', serviceTarget(service), options.flags.trim()),
    })),
  ]
}

function undo(group: readonly ChangeDone[], areAll: boolean, { flags, selection }: NextOptions): string {
  const [first] = group
  if (first === undefined) return ''
  const { verb, rest } = verbFor(first.before)
  const isSelected = areAll && selection !== undefined && group.length > mostNames
  const names = group.map(({ service }) => targetWord(serviceTarget(service))).join(' ')
  return commandLine(
    verb,
    isSelected ? selection : names,
    `-n ${first.service.namespace}`,
    flags.trim(),
    rest,
  )
}

/** What leads back to a policy; the timeout is always told, as the default may not be what it was. */
function verbFor(policy: ServicePolicy): { verb: string; rest: string } {
  return policy.kind === 'none'
    ? { verb: 'disable', rest: '' }
    : { verb: 'enable', rest: `--timeout ${formatDuration(policy.timeoutSeconds)}` }
}
