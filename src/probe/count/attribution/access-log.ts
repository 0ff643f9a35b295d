import type { Cluster } from '../../../cluster/index.ts'
import { LineSplitter } from '../../../cluster/answers/lines.ts'
import { podPath } from '../../../cluster/paths.ts'
import { type BackendPod, eachOf, type RefusedRead, wordsOf } from './pods.ts'

/** Bytes of a container's log that are read at most: an access log of some 50,000 requests. */
const mostBytes = 16 * 1024 * 1024

/** Finds the numbers of the requests that a log's line tells of: see `Marker` in src/agent/config.ts. */
export function markedIn(line: string, marker: string): number[] {
  const found: number[] = []
  for (let at = line.indexOf(`${marker}-`); at >= 0; at = line.indexOf(`${marker}-`, at + 1)) {
    const digits = /^\d{1,9}/.exec(line.slice(at + marker.length + 1, at + marker.length + 11))?.[0]
    if (digits !== undefined) found.push(Number(digits))
  }
  return found
}

/** Finds the ports of a client at one of these addresses in a log's line: `10.0.0.7:51234`, `[::ffff:10.0.0.7]:51234`. */
export function portsIn(line: string, addresses: readonly string[]): number[] {
  const found: number[] = []
  for (const address of addresses) {
    for (let at = line.indexOf(address); at >= 0; at = line.indexOf(address, at + 1)) {
      // Not the end of a longer one.
      if (/[\d.]/.test(line[at - 1] ?? '')) continue
      const rest = line.slice(at + address.length, at + address.length + 8)
      const port = /^\]?:(\d{1,5})(?!\d)/.exec(rest)?.[1]
      if (port !== undefined) found.push(Number(port))
    }
  }
  return found
}

/** What logs tell of one client: by the numbers of requests, and by the ports that the client used. */
export interface LoggedClient {
  byNumber: Map<number, BackendPod>
  byPort: Map<number, BackendPod>
}

/** Each key with the one pod that it was seen at; one that was seen at several has none. */
export function uniqueOwners<Pod>(seen: Iterable<readonly [key: number, pod: Pod]>): Map<number, Pod> {
  const owners = new Map<number, Pod | undefined>()
  for (const [key, pod] of seen) {
    if (!owners.has(key)) owners.set(key, pod)
    else if (owners.get(key) !== pod) owners.set(key, undefined)
  }
  const unique = new Map<number, Pod>()
  for (const [key, pod] of owners) if (pod !== undefined) unique.set(key, pod)
  return unique
}

/** What logs tell of each client. */
export interface Logged {
  clients: LoggedClient[]
}

interface AccessLogOptions {
  /** The marker and the addresses of each. */
  clients: readonly { marker: string; addresses: readonly string[] }[]
  /** Reaches back before the first request. */
  sinceSeconds: number
  signal: AbortSignal
}

/**
 * Which pod logged which request, by the marker that each carried, or by the client's address and port. All containers are
 * read: where a proxy stands before the application, either may be the one that logs.
 */
export async function readAccessLogs(
  cluster: Cluster,
  namespace: string,
  pods: readonly BackendPod[],
  { clients, sinceSeconds, signal }: AccessLogOptions,
): Promise<Logged | RefusedRead> {
  const containers = pods.flatMap((pod) => pod.containers.map((container) => ({ pod, container })))
  const found = clients.map((client) => ({
    ...client,
    numbers: [] as [number, BackendPod][],
    ports: [] as [number, BackendPod][],
  }))
  const read = (line: string, pod: BackendPod): void => {
    for (const { marker, addresses, numbers, ports } of found) {
      for (const number of markedIn(line, marker)) numbers.push([number, pod])
      for (const port of portsIn(line, addresses)) ports.push([port, pod])
    }
  }
  const refusals = await eachOf(containers, async ({ pod, container }) => {
    try {
      const query = { container, sinceSeconds, limitBytes: mostBytes }
      const splitter = new LineSplitter(8192)
      for await (const chunk of await cluster.stream(`${podPath(namespace, pod.name)}/log`, {
        query,
        signal,
      }))
        for (const line of splitter.push(chunk)) read(line, pod)
      read(splitter.tail(), pod)
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      return wordsOf(error)
    }
  })
  const refused = refusals.find((words) => words !== undefined)
  if (refused !== undefined && found.every(({ numbers, ports }) => numbers.length + ports.length === 0))
    return { refused }
  return {
    clients: found.map(({ numbers, ports }) => ({
      byNumber: uniqueOwners(numbers),
      byPort: uniqueOwners(ports),
    })),
  }
}
