import { type Cluster, isForbidden } from '../../../cluster/index.ts'
import { nodePath, nodesPath } from '../../../cluster/paths.ts'
import type { KubernetesList, Node } from '../../../model/cluster/kubernetes.ts'
import type { NodesRead } from './choose.ts'

/** As many nodes as are looked at: each lists up to 50 images, and a page of many holds megabytes. */
const mostNodes = 100
/**
 * How long an answer is waited for, in milliseconds, one try after the other: most probes are not to be late for want of an
 * image's name, and the default image is of no use in a cluster without a way to the internet.
 */
const patienceMs = [2000, 10_000]

/** Reads the nodes, or the one that was named, for the images that they have. Rejects with the signal's reason only. */
export async function readImages(
  cluster: Cluster,
  node: string | undefined,
  signal: AbortSignal,
): Promise<NodesRead> {
  let read: NodesRead = { kind: 'failed', why: 'they were not asked' }
  for (const timeoutMs of patienceMs) {
    read = await readOnce(cluster, node, { signal, timeoutMs })
    if (read.kind !== 'failed') break
  }
  return read
}

async function readOnce(
  cluster: Cluster,
  node: string | undefined,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<NodesRead> {
  try {
    if (node !== undefined)
      return { kind: 'read', nodes: [await cluster.get<Node>(nodePath(node), options)], all: true }
    const page = await cluster.get<KubernetesList<Node>>(nodesPath, {
      ...options,
      query: { limit: mostNodes },
    })
    return { kind: 'read', nodes: page.items, all: !page.metadata.continue }
  } catch (error) {
    options.signal.throwIfAborted()
    if (isForbidden(error)) return { kind: 'forbidden' }
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}
