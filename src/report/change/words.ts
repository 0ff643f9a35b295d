import type { ChangeDone, DryRun } from '../../model/affinity/change.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import { formatDuration } from '../../model/common/duration.ts'
import { sanitize } from '../text/sanitize.ts'

const suffixes: Record<DryRun, string> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
}

/** kubectl's line about an object; with its namespace where there are several. */
export function resultLine(
  { kind, target }: ChangeDone,
  { dryRun, showNamespace }: { dryRun: DryRun; showNamespace: boolean },
): string {
  const where = showNamespace ? ` in namespace ${sanitize(target.namespace)}` : ''
  return `${sanitize(targetName(target))} ${kind}${where}${suffixes[dryRun]}`
}

/** `service/web`, as kubectl prints it. */
export function targetName({ kind, name }: TargetRef): string {
  return `${kind}/${name}`
}

/** A policy as the fields of a Service have it: `None`, `ClientIP`. */
export function affinityWord(policy: Policy): string {
  return policy.kind === 'none' ? 'None' : 'ClientIP'
}

/** A timeout as it may be typed: `30m0s`; a dash where there is none. */
export function timeoutWord(policy: Policy): string {
  return policy.kind === 'client-ip' ? formatDuration(policy.timeoutSeconds) : '–'
}
