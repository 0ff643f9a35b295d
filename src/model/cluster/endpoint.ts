import type { EndpointSlice, SliceEndpoint } from './kubernetes.ts'

/** One address and port that a Service may send a connection to. */
export interface Endpoint {
  /** In the form in which the API writes it. */
  address: string
  family: 'IPv4' | 'IPv6'
  port: number
  /** The pod behind the address; absent for addresses that are no pod of this cluster. */
  pod?: string
  podUid?: string
  hostname?: string
  node?: string
  zone?: string
  ready: boolean
  serving: boolean
  terminating: boolean
  /** Topology hints: proxies on other nodes or in other zones may leave this endpoint out. */
  forNodes?: string[]
  forZones?: string[]
}

/**
 * The endpoints of one port of a Service, from its EndpointSlices, in the order of the slices.
 * A port is found by its name; an unnamed Service port matches the unnamed slice port. Where its protocol is given, that has
 * to be the same as well (kubernetes/kubernetes pkg/proxy, endpointslicecache.go): one that names none is of TCP.
 * The same address may stand in two slices for a moment; it is listed once, and the ready one wins.
 * Conditions left out read as the API documents them: ready, serving like ready, not terminating.
 */
export function endpointsOfPort(
  slices: readonly EndpointSlice[],
  portName: string | undefined,
  protocol?: string,
): Endpoint[] {
  const found = new Map<string, Endpoint>()
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue
    const port = (slice.ports ?? []).find(
      (one) =>
        (one.name ?? '') === (portName ?? '') &&
        (protocol === undefined || (one.protocol ?? 'TCP') === protocol),
    )?.port
    if (port === undefined) continue
    for (const entry of slice.endpoints ?? []) {
      // kube-proxy uses the first address only (https://github.com/kubernetes/website/issues/42748).
      const address = entry.addresses[0]
      if (address === undefined) continue
      const key = `${address} ${port}`
      const known = found.get(key)
      const endpoint = toEndpoint(entry, address, slice.addressType, port)
      if (known === undefined || (!known.ready && endpoint.ready)) found.set(key, endpoint)
    }
  }
  return [...found.values()]
}

/** Field by field, which is quicker than by spreads: a cluster has many thousands of them. */
function toEndpoint(
  { conditions, targetRef, hostname, nodeName, zone, hints }: SliceEndpoint,
  address: string,
  family: 'IPv4' | 'IPv6',
  port: number,
): Endpoint {
  const ready = conditions?.ready ?? true
  const serving = conditions?.serving ?? ready
  const endpoint: Endpoint = {
    address,
    family,
    port,
    ready,
    serving,
    terminating: conditions?.terminating ?? false,
  }
  if (targetRef?.kind === 'Pod') {
    if (targetRef.name !== undefined) endpoint.pod = targetRef.name
    if (targetRef.uid !== undefined) endpoint.podUid = targetRef.uid
  }
  if (hostname !== undefined) endpoint.hostname = hostname
  if (nodeName !== undefined) endpoint.node = nodeName
  if (zone !== undefined) endpoint.zone = zone
  const forNodes = hints?.forNodes?.map((hint) => hint.name)
  const forZones = hints?.forZones?.map((hint) => hint.name)
  if (forNodes !== undefined) endpoint.forNodes = forNodes
  if (forZones !== undefined) endpoint.forZones = forZones
  return endpoint
}
