import { type Cluster, isForbidden, isNotFound } from '../../../cluster/index.ts'
import { podPath } from '../../../cluster/paths.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { Pod } from '../../../model/cluster/kubernetes.ts'
import { messageOf } from '../../../model/common/user-error.ts'

/** Pods that are looked into: each takes requests of its own. */
export const mostPods = 64
/** How many at a time. */
const atATime = 8

/** A pod behind the Service, and the containers in it. */
export interface BackendPod {
  name: string
  endpoints: readonly Endpoint[]
  containers: readonly string[]
}

/** What could not be had, and in whose words; an Error only when the signal was aborted. */
export type RefusedRead = { refused: string }

/** The pods of these endpoints, each once. */
export async function readPods(
  cluster: Cluster,
  namespace: string,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<BackendPod[] | RefusedRead> {
  const byPod = Map.groupBy(
    endpoints.filter((endpoint) => endpoint.pod !== undefined),
    (endpoint) => endpoint.pod!,
  )
  if (byPod.size === 0) return { refused: 'the endpoints are no pods' }
  if (byPod.size > mostPods)
    return { refused: `${byPod.size} pods are too many to look into, ${mostPods} at most` }
  const read = await eachOf([...byPod], async ([name, own]): Promise<BackendPod[] | RefusedRead> => {
    try {
      const pod = await cluster.get<Pod>(podPath(namespace, name), { signal })
      return [{ name, endpoints: own, containers: (pod.spec.containers ?? []).map((each) => each.name) }]
    } catch (error) {
      signal.throwIfAborted()
      // Gone meanwhile, and with it what it knew.
      if (isNotFound(error)) return []
      return { refused: wordsOf(error) }
    }
  })
  const refusal = read.find((each) => 'refused' in each)
  return refusal ?? read.flatMap((each) => ('refused' in each ? [] : each))
}

/** Runs `work` on each, some at a time; the results are in the order of the items. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker))
  return results
}

/** An API server's own words, or what happened to the connection. */
export function wordsOf(error: unknown): string {
  if (isForbidden(error)) return error.status.message ?? error.message
  return messageOf(error)
}
