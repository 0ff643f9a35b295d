import { formatDuration } from '../../model/duration.ts'
import type { ServicePolicy } from '../../model/policy.ts'

/** `None`, `ClientIP 3h0m0s`: the words of a Service's own fields. */
export function affinityWords(policy: ServicePolicy): string {
  return policy.kind === 'none' ? 'None' : `ClientIP ${formatDuration(policy.timeoutSeconds)}`
}
