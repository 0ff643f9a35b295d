import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, isForbidden, isRetryable } from '../../../cluster/index.ts'
import { nodePath, nodesPath } from '../../../cluster/paths.ts'
import type { KubernetesList, Node } from '../../../model/cluster/kubernetes.ts'
import type { NodesRead } from './choose.ts'
import { messageOf } from '../../../model/common/user-error.ts'

/** As many nodes as are looked at: each lists up to 50 images, and a page of many holds megabytes. */
const mostNodes = 100
/**
 * How long an answer is waited for, in milliseconds, one try after the other: most probes are not to be late for want of an
 * image's name, and the default image is of no use in a cluster without a way to the internet.
 */
const patienceMs = [2000, 4000, 10_000]
/** How long the next try waits, so that who refuses at once is asked again when that may be over. */
const pausesMs = [0, 1000, 4000]

/** Reads the nodes, or the one that was named, for the images that they have. Rejects with the signal's reason only. */
export async function readImages(
  cluster: Cluster,
  node: string | undefined,
  signal: AbortSignal,
  pause: (ms: number) => Promise<unknown> = async (ms) => await sleep(ms, undefined, { signal }),
): Promise<NodesRead> {
  let read: NodesRead = { kind: 'failed', why: 'they were not asked' }
  for (const [index, timeoutMs] of patienceMs.entries()) {
    if (index > 0) await pause(pausesMs[index] ?? 0).catch(() => signal.throwIfAborted())
    const tried = await readOnce(cluster, node, { signal, timeoutMs })
    read = tried.read
    if (!tried.again) break
  }
  return read
}

async function readOnce(
  cluster: Cluster,
  node: string | undefined,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<{ read: NodesRead; again?: boolean }> {
  try {
    if (node !== undefined) {
      const nodes = [await cluster.get<Node>(nodePath(node), options)]
      return { read: { kind: 'read', nodes, all: true } }
    }
    const page = await cluster.get<KubernetesList<Node>>(nodesPath, {
      ...options,
      query: { limit: mostNodes },
    })
    return { read: { kind: 'read', nodes: page.items, all: !page.metadata.continue } }
  } catch (error) {
    options.signal.throwIfAborted()
    if (isForbidden(error)) return { read: { kind: 'forbidden' } }
    const why = messageOf(error)
    return { read: { kind: 'failed', why }, again: isRetryable(error) }
  }
}
