import { type Cluster, isForbidden } from '../../cluster/index.ts'
import { nodePath, nodesPath } from '../../cluster/paths.ts'
import type { KubernetesList, Node } from '../../model/kubernetes.ts'
import type { NodesRead } from './choose.ts'

/** As many nodes as are looked at: each lists up to 50 images, and a page of many holds megabytes. */
const mostNodes = 100
/** How long an answer is waited for, in milliseconds: no probe is to be late for want of an image's name. */
const patienceMs = 2000

/** Reads the nodes, or the one that was named, for the images that they have. Rejects with the signal's reason only. */
export async function readNodes(
  cluster: Cluster,
  node: string | undefined,
  signal: AbortSignal,
): Promise<NodesRead> {
  const options = { signal, timeoutMs: patienceMs }
  try {
    if (node !== undefined)
      return { kind: 'read', nodes: [await cluster.get<Node>(nodePath(node), options)], all: true }
    const page = await cluster.get<KubernetesList<Node>>(nodesPath, {
      ...options,
      query: { limit: mostNodes },
    })
    return { kind: 'read', nodes: page.items, all: !page.metadata.continue }
  } catch (error) {
    signal.throwIfAborted()
    if (isForbidden(error)) return { kind: 'forbidden' }
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}
