import { eligibleEndpoints } from '../../../model/affinity/eligible.ts'
import { countEndpoints } from '../analyzer.ts'
import { endpointsOf } from './endpoints.ts'
import { onceFor } from '../../kit/objects/once.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { Fact } from '../../../model/cluster/store.ts'
import type { EndpointSlice, Service } from '../../../model/cluster/kubernetes.ts'

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
  if (autoAnnotation(annotations) !== undefined) return 'zone-first'
  if (field === 'PreferSameNode') return 'node-first'
  return field === 'PreferClose' || field === 'PreferSameZone' ? 'zone-first' : 'all'
}

const hinting = ['topology-mode', 'topology-aware-hints'].map((name) => `service.kubernetes.io/${name}`)

/** By which annotation the controller hands out hints: the newer one counts, with these values (topologycache, hintsEnabled). */
function autoAnnotation(annotations: Readonly<Record<string, string>>): string | undefined {
  const key = hinting.find((name) => annotations[name] !== undefined)
  return key !== undefined && ['Auto', 'auto'].includes(annotations[key] ?? '') ? key : undefined
}

/** What asks for it, as it is written: `trafficDistribution PreferSameNode`; with the annotation where it is one. */
export function reachCause({ metadata, spec }: Service): {
  words: string
  field: string
  annotation?: string
} {
  const annotation = autoAnnotation(metadata.annotations ?? {})
  return annotation === undefined
    ? { words: `trafficDistribution ${spec.trafficDistribution}`, field: 'spec.trafficDistribution' }
    : { words: `${annotation.split('/')[1]} Auto`, field: 'metadata.annotations', annotation }
}

/** In words, after "pods": `pods of the client's node only`. */
export const reachWords: Readonly<Record<Exclude<Reach, 'all'>, string>> = {
  node: "of the client's node only",
  'node-first': "of the client's node, as long as it has any",
  'zone-first': "of the client's zone, as long as it has any",
}

/** From outside it is the node that a client enters by whose place counts. */
const enteredWords: typeof reachWords = {
  node: 'on the same node only',
  'node-first': 'of the node that is entered, as long as it has any',
  'zone-first': 'of the zone of the node that is entered, as long as it has any',
}

/** Thousands of Services share it. */
const nowhere: ReadonlyMap<string, number> = new Map()

/** How many ready endpoints a client of each place reaches, by the hints that endpoints have; empty where none counts. */
export const reachedBy = onceFor((endpoints: readonly Endpoint[]): ReadonlyMap<string, number> => {
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
  return counts.some(([, count]) => count < countEndpoints(ready)) ? new Map(counts) : nowhere
})

/** How many ready endpoints a client of each node reaches where only those of its own count; empty where nodes are not named. */
export function reachedOnNode(endpoints: readonly Endpoint[]): Map<string, number> {
  const ready = endpoints.filter((endpoint) => endpoint.ready && endpoint.node !== undefined)
  const nodes = Map.groupBy(ready, ({ node = '' }) => node)
  return new Map([...nodes].map(([name, own]) => [name, countEndpoints(own)]))
}

/** As many places are named as tell how it is. */
const mostNamed = 4

/** `node1 2, node2 1 and 3 more`. */
export function placesWords(counts: ReadonlyMap<string, number>): string {
  const words = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
  const more = words.length > mostNamed ? ` and ${words.length - mostNamed} more` : ''
  return `${words.slice(0, mostNamed).join(', ')}${more}`
}

/** What the ways of a side say of it: `pods of the client's node only (node1 2, node2 1)`; undefined where every client reaches all. */
export function reachNote(
  service: Service,
  side: 'inside' | 'outside',
  slices: Fact<readonly EndpointSlice[]> | undefined,
): string | undefined {
  const reach = wantedReach(service, side)
  const words = side === 'inside' ? reachWords : enteredWords
  const [port] = service.spec.ports ?? []
  const endpoints =
    slices?.known === true && port !== undefined ? endpointsOf(service, port, slices.value) : undefined
  const counts =
    endpoints === undefined
      ? new Map<string, number>()
      : reach === 'node'
        ? reachedOnNode(endpoints)
        : reachedBy(endpoints)
  const counted = counts.size === 0 ? '' : ` (${placesWords(counts)})`
  if (reach === 'node') return `pods ${words.node}${side === 'inside' ? counted : ''}`
  // Hints decide: none, and all endpoints count; some that nobody asked for count all the same.
  if (endpoints === undefined) return reach === 'all' ? undefined : `pods ${words[reach]}`
  if (counts.size === 0) return undefined
  return reach === 'all' ? `pods by topology hints${counted}` : `pods ${words[reach]}${counted}`
}
