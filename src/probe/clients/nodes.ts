import { type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import { nodePath, nodesPath } from '../../cluster/paths.ts'
import type { Node } from '../../model/kubernetes.ts'
import { whyNoPods } from '../../model/node.ts'
import { UserError } from '../../model/user-error.ts'

/** A mistyped node would leave the pod waiting for it; who may not read nodes finds out that way. */
export async function checkNode(
  cluster: Cluster,
  node: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (node === undefined) return
  try {
    await cluster.get(nodePath(node), { signal })
  } catch (error) {
    if (isForbidden(error)) return
    if (!isNotFound(error)) throw error
    throw new UserError(error.status.message ?? error.message, {
      hints: ['see what there is:  kubectl get nodes'],
      cause: error,
    })
  }
}

export interface ClientNodes {
  /** Nodes that a client can run on. */
  usable: string[]
  /** The others, each with the reason. */
  unusable: { name: string; why: string }[]
}

/** The nodes that clients can be spread over; undefined for somebody who may not list nodes. */
export async function clientNodes(cluster: Cluster, signal: AbortSignal): Promise<ClientNodes | undefined> {
  const nodes: ClientNodes = { usable: [], unusable: [] }
  try {
    for await (const node of cluster.list<Node>(nodesPath, { signal })) {
      const { name } = node.metadata
      const why = whyNoPods(node)
      if (why === undefined) nodes.usable.push(name)
      else nodes.unusable.push({ name, why })
    }
  } catch (error) {
    if (isForbidden(error)) return undefined
    throw error
  }
  return nodes
}
