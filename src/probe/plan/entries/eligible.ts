import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { EndpointSlice } from '../../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'
import { type ClientPlace, eligibleEndpoints, fewestEligible } from '../../../model/affinity/eligible.ts'
import { endpointsBehind } from './behind.ts'
import { outsideKinds } from './asked.ts'
import type { Zones } from './nodes.ts'
import { defined } from '../../../model/common/values.ts'

/** A client as a proxy sees it. */
export interface EntryClient extends Pick<ClientPlace, 'node'> {
  /** Of all nodes, where hints name zones and nodes could be read. */
  zones?: Zones
  /** In a pod of the cluster, or on the machine that this program runs on. */
  place: 'pod' | 'here'
}

/** What is known about the pick that a connection through an entry brings. */
export interface Through {
  /** The node whose proxy picks; absent where it is not known. */
  node?: string
  /** The endpoints that it picks among, as far as known: rather too few than too many. */
  endpoints: Endpoint[]
  /**
   * All endpoints, where the traffic policy `Local` may not count for this client: proxies that know the addresses of
   * pods send all pods of the cluster past it. One answer from an endpoint beyond `endpoints` shows that it is so.
   */
  unlessExempt?: Endpoint[]
}

/**
 * Among which endpoints the Service proxy picks for a client that connects to an entry, by kube-proxy's rules
 * (kubernetes/kubernetes, pkg/proxy/iptables/proxier.go; nftables has the same ones):
 *
 * - Cluster IPs are served by the client's own node, with the internal traffic policy.
 * - Node ports are served by the node that is entered, load balancer addresses and external IPs by the client's own node
 *   where the client is a pod ("pod traffic for external destinations"), else by the node to which they are routed.
 * - There the external traffic policy counts, except for connections that come from the same node or, where the proxy
 *   knows pods by the cluster's address range (`detectLocalMode: ClusterCIDR`), from any pod.
 *
 * @param endpoints those of the entry's port and address family
 */
export function eligibleThrough(
  entry: SurveyEntry,
  client: EntryClient,
  endpoints: readonly Endpoint[],
): Through {
  // A proxy in front has the endpoints from the API, and picks among all of them.
  if (entry.kind === 'gateway') return { endpoints: eligibleEndpoints(endpoints, 'Cluster', {}).endpoints }
  // So has a load balancer that goes to the pods, for whom no node stands in.
  if (entry.balancer?.to === 'pods' && leavesNode(entry, client))
    return { endpoints: eligibleEndpoints(endpoints, 'Cluster', {}).endpoints }
  const node = decidingNode(entry, client)
  const zone = node === undefined ? undefined : client.zones?.get(node)
  const place = defined({ node, zone })
  const among = (policy: 'Cluster' | 'Local'): Endpoint[] =>
    policy === 'Local' && node === undefined
      ? fewestOfANode(endpoints)
      : eligibleEndpoints(endpoints, policy, place).endpoints
  const at = node === undefined ? {} : { node }
  if (entry.policyLocal !== true) return { ...at, endpoints: among('Cluster') }
  if (!outsideKinds.has(entry.kind)) return { ...at, endpoints: among('Local') }
  if (client.place === 'here') return { ...at, endpoints: among('Local') }
  if (node === client.node && node !== undefined) return { ...at, endpoints: among('Cluster') }
  return { ...at, endpoints: among('Local'), unlessExempt: among('Cluster') }
}

/** The fewest endpoints that any client may reach through an entry, wherever it runs. */
export function fewestThrough(entry: SurveyEntry, slices: readonly EndpointSlice[]): number {
  return fewestEligible(endpointsBehind(slices, entry), entry.policyLocal === true ? 'Local' : 'Cluster')
}

function decidingNode(entry: SurveyEntry, client: EntryClient): string | undefined {
  if (entry.kind === 'node-port') return entry.node
  return outsideKinds.has(entry.kind) && leavesNode(entry, client) ? undefined : client.node
}

function leavesNode({ proxied }: SurveyEntry, { place }: EntryClient): boolean {
  return proxied === true || place === 'here'
}

/** Where a load balancer chooses the node, it is one with endpoints; the one with the fewest is assumed. */
function fewestOfANode(endpoints: readonly Endpoint[]): Endpoint[] {
  const usable = eligibleEndpoints(endpoints, 'Cluster', {}).endpoints
  const nodes = [...Map.groupBy(usable, ({ node }) => node).values()]
  return nodes.reduce((fewest, own) => (own.length < fewest.length ? own : fewest), usable)
}
