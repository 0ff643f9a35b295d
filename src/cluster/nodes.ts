import type { Node } from '../model/cluster/kubernetes.ts'
import { whyNoPods } from '../model/cluster/node.ts'
import { nodesPath } from './paths.ts'
import type { Cluster } from './types.ts'

export interface PodNodes {
  /** Nodes that a pod of ours can run on. */
  usable: string[]
  /** The others, each with the reason. */
  unusable: { name: string; why: string }[]
}

/** The nodes of a cluster, by whether pods without any toleration can run on them. Rejects as the Cluster does. */
export async function nodesForPods(cluster: Cluster, signal: AbortSignal): Promise<PodNodes> {
  const nodes: PodNodes = { usable: [], unusable: [] }
  for await (const node of cluster.list<Node>(nodesPath, { signal })) {
    const { name } = node.metadata
    const why = whyNoPods(node)
    if (why === undefined) nodes.usable.push(name)
    else nodes.unusable.push({ name, why })
  }
  return nodes
}
