import type { Service } from '../../../model/cluster/kubernetes.ts'
import { formatDuration } from '../../../model/common/duration.ts'
import { isRecord } from '../../../model/common/record.ts'
import { type Policy, servicePolicy } from '../../../model/affinity/policy.ts'

/**
 * What became of a Service while it was asked, as far as it decides which pod gets a connection, in words; nothing for
 * what does not. `after` is undefined for one that is gone.
 *
 * @param isAskedInside that it is asked by its own address only, where node ports come and go without moving anybody
 */
export function serviceChanges(
  before: Service,
  after: Service | undefined,
  isAskedInside: boolean,
): string[] {
  if (after === undefined) return ['it was deleted']
  const changes: string[] = []
  if (before.metadata.uid !== after.metadata.uid) changes.push('it was deleted and made anew')
  const [one, other] = [affinity(servicePolicy(before)), affinity(servicePolicy(after))]
  if (one !== other) changes.push(`its affinity went from ${one} to ${other}`)
  if (before.spec.clusterIP !== after.spec.clusterIP)
    changes.push(`its address went from ${before.spec.clusterIP} to ${after.spec.clusterIP}`)
  const told = ({ spec }: Service): Service['spec'] => (isAskedInside ? insideOf(spec) : spec)
  for (const [field, noun] of fields)
    if (textOf(told(before)[field]) !== textOf(told(after)[field])) changes.push(`its ${noun} changed`)
  return changes
}

const fields = [
  ['selector', 'selector'],
  ['ports', 'ports'],
  ['internalTrafficPolicy', 'internalTrafficPolicy'],
  ['externalTrafficPolicy', 'externalTrafficPolicy'],
] as const

function insideOf(spec: Service['spec']): Service['spec'] {
  const { externalTrafficPolicy: _, ports = [], ...rest } = spec
  return { ...rest, ports: ports.map(({ nodePort: __, ...port }) => port) }
}

function affinity(policy: Policy): string {
  return policy.kind === 'client-ip' ? `ClientIP ${formatDuration(policy.timeoutSeconds)}` : 'None'
}

/** The order of a map's keys says nothing. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}
