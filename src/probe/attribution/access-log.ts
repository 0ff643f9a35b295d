import type { Cluster } from '../../cluster/index.ts'
import { LineSplitter } from '../../cluster/lines.ts'
import { podPath } from '../../cluster/paths.ts'
import { type BackendPod, eachOf, type Refusal, wordsOf } from './pods.ts'

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

/** The numbers of the requests, each with the one pod that logged it; one that several logged has none. */
export function uniqueOwners<Pod>(seen: Iterable<readonly [number: number, pod: Pod]>): Map<number, Pod> {
  const owners = new Map<number, Pod | undefined>()
  for (const [number, pod] of seen) {
    if (!owners.has(number)) owners.set(number, pod)
    else if (owners.get(number) !== pod) owners.set(number, undefined)
  }
  const unique = new Map<number, Pod>()
  for (const [number, pod] of owners) if (pod !== undefined) unique.set(number, pod)
  return unique
}

/**
 * Which pod logged which request, by the marker that each carried. `sinceSeconds` reaches back before the first one.
 * All containers are read: where a proxy stands before the application, either may be the one that logs.
 */
export async function readAccessLogs(
  cluster: Cluster,
  namespace: string,
  pods: readonly BackendPod[],
  { marker, sinceSeconds, signal }: { marker: string; sinceSeconds: number; signal: AbortSignal },
): Promise<Map<number, BackendPod> | Refusal> {
  const containers = pods.flatMap((pod) => pod.containers.map((container) => ({ pod, container })))
  const seen: [number, BackendPod][] = []
  const refusals = await eachOf(containers, async ({ pod, container }) => {
    try {
      const query = { container, sinceSeconds, limitBytes: mostBytes }
      const splitter = new LineSplitter(8192)
      for await (const chunk of await cluster.stream(`${podPath(namespace, pod.name)}/log`, {
        query,
        signal,
      })) {
        for (const line of splitter.push(chunk))
          for (const number of markedIn(line, marker)) seen.push([number, pod])
      }
      for (const number of markedIn(splitter.tail(), marker)) seen.push([number, pod])
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      return wordsOf(error)
    }
  })
  const refused = refusals.find((words) => words !== undefined)
  return refused === undefined || seen.length > 0 ? uniqueOwners(seen) : { refused }
}
