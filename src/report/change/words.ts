import type { ChangeDone, DryRun } from '../../model/change.ts'
import type { ServicePolicy } from '../../model/policy.ts'
import { formatDuration } from '../../model/duration.ts'
import { sanitize } from '../text/sanitize.ts'

const suffixes: Record<DryRun, string> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
}

/** kubectl's line about an object; with its namespace where there are several. */
export function resultLine(
  { kind, service }: ChangeDone,
  { dryRun, showNamespace }: { dryRun: DryRun; showNamespace: boolean },
): string {
  const where = showNamespace ? ` in namespace ${sanitize(service.namespace)}` : ''
  return `service/${sanitize(service.name)} ${kind}${where}${suffixes[dryRun]}`
}

export function affinityWord(policy: ServicePolicy): string {
  return policy.kind === 'none' ? 'None' : 'ClientIP'
}

/** A timeout as it may be typed: `30m0s`; a dash where there is none. */
export function timeoutWord(policy: ServicePolicy): string {
  return policy.kind === 'none' ? '–' : formatDuration(policy.timeoutSeconds)
}
