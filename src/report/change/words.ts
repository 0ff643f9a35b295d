import type { ChangedObject, ChangeDone, DryRun } from '../../model/affinity/change.ts'
import { targetName } from '../../model/targets/command.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import { formatDuration } from '../../model/common/words/amounts.ts'
import { sanitize } from '../text/sanitize.ts'

/** What kubectl's line about an object ends with. */
export const dryRunSuffixes: Record<DryRun, string> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
}

/** kubectl's line about an object; with its namespace where there are several. */
export function resultLine(
  { kind, target, objects }: ChangeDone,
  { dryRun, showNamespace }: { dryRun: DryRun; showNamespace: boolean },
): string {
  const name = targetName(target)
  const isTouched = kind === 'unchanged' || objects.length === 0 || objects.some((one) => one.name === name)
  const done = isTouched ? `${name} ${kind}` : `${objects.map(deedOf).join(', ')} for ${name}`
  const where = showNamespace ? ` in namespace ${sanitize(target.namespace)}` : ''
  return `${sanitize(done)}${where}${dryRunSuffixes[dryRun]}`
}

/** `destinationrule/shop created`, as kubectl says it. */
function deedOf({ name, before, after }: ChangedObject): string {
  return `${name} ${before === undefined ? 'created' : after === undefined ? 'deleted' : 'patched'}`
}

/** A policy as the fields of a Service have it: `None`, `ClientIP`. */
export function affinityWord(policy: Policy): string {
  return policy.kind === 'none' ? 'None' : 'ClientIP'
}

/** A timeout as it may be typed: `30m0s`; a dash where there is none. */
export function timeoutWord(policy: Policy): string {
  return policy.kind === 'client-ip' ? formatDuration(policy.timeoutSeconds) : '–'
}
