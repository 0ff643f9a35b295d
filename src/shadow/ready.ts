import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../cluster/index.ts'
import { slicesPath } from '../cluster/paths.ts'
import type { EndpointSlice, Service } from '../model/kubernetes.ts'
import { slicesOf } from '../probe/read.ts'
import { readyAddresses } from './slices.ts'

/** How long the EndpointSlice controller may take, in milliseconds. */
const slicesPatienceMs = 15_000

const slicesEveryMs = 100

/** How long proxies take to follow, in milliseconds: kube-proxy waits up to 1 s between two changes of its rules. */
const proxiesFollowMs = 1500

/** Waits until `isEnough` says so of the addresses that are ready. Resolves to false when they do not come. */
export async function awaitEndpoints(
  cluster: Cluster,
  { metadata: { name, namespace } }: Service,
  isEnough: (ready: ReadonlySet<string>) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + slicesPatienceMs
  const path = slicesPath(namespace)
  const query = slicesOf(name)
  while (performance.now() < until) {
    const slices = await Array.fromAsync(cluster.list<EndpointSlice>(path, { query, signal }))
    if (isEnough(readyAddresses(slices))) return true
    await sleep(slicesEveryMs, undefined, { signal })
  }
  return false
}

/** Gives the proxies of all nodes the time to learn of a new Service. */
export async function proxiesFollow(signal: AbortSignal): Promise<void> {
  await sleep(proxiesFollowMs, undefined, { signal })
}
