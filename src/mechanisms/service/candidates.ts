import { eligibleEndpoints } from '../../model/affinity/eligible.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'

/**
 * Which ready endpoints a client reaches: all; those of its node alone; those of its node or zone as long as there are any.
 */
export type Reach = 'all' | 'node' | 'node-first' | 'zone-first'

/** What a Service asks for, by the side that a client comes from; whether it is so, hints of the endpoints tell. */
export function wantedReach({ metadata, spec }: Service, side: 'inside' | 'outside'): Reach {
  const policy = side === 'inside' ? spec.internalTrafficPolicy : spec.externalTrafficPolicy
  if (policy === 'Local') return 'node'
  return distribution(metadata.annotations ?? {}, spec.trafficDistribution)
}

/** The annotation counts before the field (kubernetes/endpointslice, topologycache; k/k pkg/proxy/topology.go). */
function distribution(annotations: Readonly<Record<string, string>>, field: string | undefined): Reach {
  const mode =
    annotations['service.kubernetes.io/topology-mode'] ??
    annotations['service.kubernetes.io/topology-aware-hints']
  if (mode !== undefined && /^auto$/i.test(mode)) return 'zone-first'
  if (field === 'PreferSameNode') return 'node-first'
  return field === 'PreferClose' || field === 'PreferSameZone' ? 'zone-first' : 'all'
}

/** What asks for it, as it is written: `trafficDistribution PreferSameNode`. */
export function reachCause({ metadata, spec }: Service): { words: string; field: string } {
  if (spec.trafficDistribution !== undefined && !isAuto(metadata.annotations ?? {}))
    return { words: `trafficDistribution ${spec.trafficDistribution}`, field: 'spec.trafficDistribution' }
  return { words: 'topology-mode Auto', field: 'metadata.annotations' }
}

function isAuto(annotations: Readonly<Record<string, string>>): boolean {
  return distribution(annotations, undefined) === 'zone-first'
}

/** In words, after "pods": `pods of the client's node only`. */
export const reachWords: Readonly<Record<Exclude<Reach, 'all'>, string>> = {
  node: "of the client's node only",
  'node-first': "of the client's node, as long as it has any",
  'zone-first': "of the client's zone, as long as it has any",
}

/** How many ready endpoints a client of each place reaches, by the hints that endpoints have; empty where none counts. */
export function reachedBy(endpoints: readonly Endpoint[]): Map<string, number> {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  const places = new Map<string, { node?: string; zone?: string }>()
  for (const { forNodes = [], forZones = [] } of ready) {
    for (const node of forNodes) places.set(node, { node })
    // A node that no endpoint hints at: only its zone counts.
    for (const zone of forZones) if (forNodes.length === 0) places.set(`zone ${zone}`, { node: '', zone })
  }
  const counts = [...places].map(
    ([name, place]) => [name, eligibleEndpoints(endpoints, 'Cluster', place).endpoints.length] as const,
  )
  return new Map(counts.some(([, count]) => count < ready.length) ? counts : [])
}
