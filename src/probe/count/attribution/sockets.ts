import type { Cluster } from '../../../cluster/index.ts'
import { type BackendPod, eachOf, type RefusedRead, wordsOf } from './pods.ts'
import { parseProcNet } from './proc-net.ts'

/** A connection is in TIME_WAIT for a minute on the side that closed it first (Linux, TCP_TIMEWAIT_LEN). */
export const visibleMs = 55_000

/** The client's end of a connection, with the pod that holds the other; the key is `address port`. */
export type ClientEnds = Map<string, BackendPod | undefined>

export const endKey = (address: string, port: number): string => `${address} ${port}`

/** Adds the connections of a pod to those that its endpoints take. An end that two pods claim is nobody's. */
export function addSockets(ends: ClientEnds, pod: BackendPod, text: string): void {
  const own = new Set(pod.endpoints.map(({ address, port }) => endKey(address, port)))
  for (const { localAddress, localPort, remoteAddress, remotePort } of parseProcNet(text)) {
    if (!own.has(endKey(localAddress, localPort))) continue
    const key = endKey(remoteAddress, remotePort)
    const known = ends.get(key)
    ends.set(key, ends.has(key) && known !== pod ? undefined : pod)
  }
}

const noCat = 'no container has a cat to read /proc/net/tcp'

const command = ['cat', '/proc/net/tcp', '/proc/net/tcp6']

/**
 * The connections that the pods hold, read by `cat /proc/net/tcp` in a container of each: all of them see the same, so the
 * first one with a `cat` will do. `unread` says why those of some pods are missing; a refusal is that all are.
 */
export async function readSockets(
  cluster: Cluster,
  namespace: string,
  pods: readonly BackendPod[],
  signal: AbortSignal,
): Promise<{ ends: ClientEnds; unread: string[] } | RefusedRead> {
  const { execToEnd } = await import('../../../cluster/exec/index.ts')
  const ends: ClientEnds = new Map()
  const unread = await eachOf(pods, async (pod): Promise<string | undefined> => {
    for (const container of pod.containers) {
      try {
        const { stdout } = await execToEnd(cluster, { namespace, pod: pod.name, container, command, signal })
        if (!stdout.includes('local_address')) continue
        addSockets(ends, pod, stdout)
        return undefined
      } catch (error) {
        signal.throwIfAborted()
        return wordsOf(error)
      }
    }
    return noCat
  })
  const reasons = unread.filter((why) => why !== undefined)
  const [first] = reasons
  return first !== undefined && reasons.length === pods.length
    ? { refused: first }
    : { ends, unread: reasons }
}
