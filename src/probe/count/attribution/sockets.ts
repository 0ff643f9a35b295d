import type { Cluster } from '../../../cluster/index.ts'
import { type BackendPod, eachOf, type RefusedRead, wordsOf } from './pods.ts'

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

/** One line of /proc/net/tcp or tcp6: both ends of a connection. Addresses as Node writes them, IPv4 in IPv6 as IPv4. */
interface SocketEnds {
  localAddress: string
  localPort: number
  remoteAddress: string
  remotePort: number
}

/** `sl local_address rem_address st …`, addresses and ports in hexadecimal. */
const line = /^\s*\d+:\s+([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})\s+([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})\s/gim

/**
 * The connections in the text of /proc/net/tcp and tcp6 (Linux, Documentation/networking/proc_net_tcp.rst), those in
 * TIME_WAIT among them. Addresses are printed in words of 32 bits in the order of the machine's bytes: all that
 * Kubernetes runs on but s390x have the lowest first.
 */
export function parseProcNet(text: string): SocketEnds[] {
  const found: SocketEnds[] = []
  for (const [, local = '', localPort = '', remote = '', remotePort = ''] of text.matchAll(line)) {
    const port = Number.parseInt(remotePort, 16)
    // A socket that listens has no other end.
    if (port === 0) continue
    found.push({
      localAddress: addressOf(local),
      localPort: Number.parseInt(localPort, 16),
      remoteAddress: addressOf(remote),
      remotePort: port,
    })
  }
  return found
}

function addressOf(hex: string): string {
  const bytes: number[] = []
  for (let word = 0; word < hex.length; word += 8) {
    for (let at = word + 6; at >= word; at -= 2) bytes.push(Number.parseInt(hex.slice(at, at + 2), 16))
  }
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  if (isMapped) return bytes.slice(12).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (bytes[index * 2]! * 256 + bytes[index * 2 + 1]!).toString(16),
  )
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
