import { ApiError, type Cluster, isForbidden } from '../../../cluster/index.ts'
import { nodesPath } from '../../../cluster/paths.ts'
import type { EndpointSlice, Node } from '../../../model/cluster/kubernetes.ts'
import { roleHints, type RoleRule } from '../../../model/cluster/role.ts'
import { type Fact, known, unknown } from '../../../model/cluster/store.ts'
import { defined } from '../../../model/common/values.ts'

/** A node as somebody sees it who connects to its ports. */
export interface EntryNode {
  name: string
  ready: boolean
  /** Its InternalIPs, in the order of its status. */
  addresses: readonly string[]
  zone?: string
}

/** The zone of each node by its name; `null` for one without. */
export type Zones = ReadonlyMap<string, string | null>

/** What node ports need beside the Role of `probe`: nodes belong to no namespace. */
export const nodesRule: RoleRule = { apiGroups: [''], resources: ['nodes'], verbs: ['list'] }

/** What to do for somebody who may not list nodes. */
export const nodesHint: readonly string[] = roleHints(
  'node ports are found through the nodes; this ClusterRole allows to list them, have it applied and bound to you:',
  { name: 'kubectl-affinity-nodes', rules: [nodesRule] },
)

/** The nodes and their addresses, by name; what the server refuses is an unknown fact, a lost connection rejects. */
export async function readNodes(cluster: Cluster, signal: AbortSignal): Promise<Fact<EntryNode[]>> {
  try {
    const nodes: EntryNode[] = []
    for await (const { metadata, status } of cluster.list<Node>(nodesPath, { signal })) {
      nodes.push({
        name: metadata.name,
        ready: (status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'),
        addresses: (status?.addresses ?? [])
          .filter(({ type }) => type === 'InternalIP')
          .map(({ address }) => address),
        ...defined({ zone: metadata.labels?.['topology.kubernetes.io/zone'] }),
      })
    }
    return known(nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 401) throw error
    return unknown({
      what: 'nodes',
      reason: isForbidden(error) ? 'forbidden' : 'failed',
      detail: error.status.message ?? error.message,
    })
  }
}

/**
 * In which zone each node is, where endpoints are for clients of zones. Otherwise, and where nodes may not be listed, undefined:
 * what endpoints say of their own nodes is taken then.
 */
export async function readZones(
  cluster: Cluster,
  slices: readonly EndpointSlice[],
  signal: AbortSignal,
): Promise<Zones | undefined> {
  const hints = slices.flatMap(({ endpoints }) =>
    (endpoints ?? []).flatMap(({ hints }) => hints?.forZones ?? []),
  )
  if (hints.length === 0) return undefined
  const nodes = await readNodes(cluster, signal)
  return nodes.known ? new Map(nodes.value.map(({ name, zone }) => [name, zone ?? null])) : undefined
}
