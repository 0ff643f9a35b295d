import type { Endpoint } from '../cluster/endpoint.ts'

/** Where a client's connections meet the Service proxy, as far as it is known. */
export interface ClientPlace {
  node?: string
  /** The label topology.kubernetes.io/zone of that node; `null` when the node has none. */
  zone?: string | null
}

export interface Eligible {
  endpoints: Endpoint[]
  /** Absent when the endpoints are certain; otherwise what would have to be known. */
  unknown?: 'node' | 'zone'
}

/**
 * The endpoints among which the Service proxy on the client's node picks, by kube-proxy's rules
 * (kubernetes/kubernetes, pkg/proxy/topology.go, CategorizeEndpoints and topologyModeFromHints):
 *
 * - `internalTrafficPolicy: Local`: the ready ones on the same node. Hints play no part.
 * - Otherwise the ready ones. If every one of them has a hint for nodes, and one is for this node, only those for this
 *   node (the controller writes such hints since 1.33 with the feature gate PreferSameTrafficDistribution, by default
 *   since 1.34); else, if every one has a hint for zones, and one is for this node's zone, only those for this zone.
 * - With none ready, those that terminate and still serve.
 *
 * `endpoints` are those of one address family. Where a needed zone is unknown, the answer is the smallest that it could
 * be, so that nothing is claimed that the endpoints do not support.
 */
export function eligibleEndpoints(
  endpoints: readonly Endpoint[],
  internalTrafficPolicy: 'Cluster' | 'Local',
  place: ClientPlace,
): Eligible {
  const { node } = place
  if (internalTrafficPolicy === 'Local') {
    if (node === undefined) return { endpoints: [], unknown: 'node' }
    return { endpoints: usable(endpoints.filter((endpoint) => endpoint.node === node)) }
  }
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  if (ready.length === 0) return { endpoints: usable(endpoints) }
  if (ready.every((endpoint) => hasAny(endpoint.forNodes))) {
    if (node === undefined) return { endpoints: smallest(byHint(ready, 'forNodes'), ready), unknown: 'node' }
    const here = ready.filter((endpoint) => endpoint.forNodes?.includes(node) === true)
    if (here.length > 0) return { endpoints: here }
  }
  if (!ready.every((endpoint) => hasAny(endpoint.forZones))) return { endpoints: ready }
  const zone = place.zone === undefined ? zoneOf(endpoints, node) : place.zone
  if (zone === undefined) return { endpoints: smallest(byHint(ready, 'forZones'), ready), unknown: 'zone' }
  const here = zone === null ? [] : ready.filter((endpoint) => endpoint.forZones?.includes(zone) === true)
  return { endpoints: here.length > 0 ? here : ready }
}

/**
 * The fewest endpoints, but two at least, among which a client may be picking whose node is not known yet; fewer than
 * two only when no node would have more.
 */
export function fewestEligible(
  endpoints: readonly Endpoint[],
  internalTrafficPolicy: 'Cluster' | 'Local',
): number {
  const places: ClientPlace[] = [{ node: '', zone: null }]
  for (const { node, zone, forNodes = [], forZones = [] } of endpoints) {
    if (node !== undefined) places.push({ node, zone: zone ?? null })
    for (const hinted of forNodes) places.push({ node: hinted })
    for (const hinted of forZones) places.push({ node: '', zone: hinted })
  }
  const distinct = new Map(places.map((place) => [`${place.node} ${place.zone}`, place]))
  const counts = [...distinct.values()].map(
    (place) => eligibleEndpoints(endpoints, internalTrafficPolicy, place).endpoints.length,
  )
  const several = counts.filter((count) => count > 1)
  return several.length > 0 ? Math.min(...several) : Math.max(...counts)
}

/** The ready ones; with none ready, those that terminate and still serve. */
function usable(endpoints: readonly Endpoint[]): Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating)
}

/** An endpoint's zone is that of its node: any endpoint on the client's node tells the client's zone. */
function zoneOf(endpoints: readonly Endpoint[], node: string | undefined): string | undefined {
  return node === undefined ? undefined : endpoints.find((endpoint) => endpoint.node === node)?.zone
}

function hasAny(hints: readonly string[] | undefined): boolean {
  return hints !== undefined && hints.length > 0
}

function byHint(endpoints: readonly Endpoint[], hint: 'forNodes' | 'forZones'): Endpoint[][] {
  const groups = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    for (const name of endpoint[hint] ?? []) groups.set(name, [...(groups.get(name) ?? []), endpoint])
  }
  return [...groups.values()]
}

function smallest(groups: readonly Endpoint[][], otherwise: Endpoint[]): Endpoint[] {
  let found = otherwise
  for (const group of groups) if (group.length < found.length) found = group
  return found
}
