import { type Cluster, isForbidden, isNotFound } from '../../../cluster/index.ts'
import { nodesForPods, type PodNodes } from '../../../cluster/nodes.ts'
import { nodePath } from '../../../cluster/paths.ts'
import { UserError } from '../../../model/common/user-error.ts'

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

/** The nodes that clients can be spread over; undefined for somebody who may not list nodes. */
export async function clientNodes(cluster: Cluster, signal: AbortSignal): Promise<PodNodes | undefined> {
  try {
    return await nodesForPods(cluster, signal)
  } catch (error) {
    if (isForbidden(error)) return undefined
    throw error
  }
}
