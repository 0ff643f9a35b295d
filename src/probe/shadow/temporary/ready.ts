import { slicesSelector } from '../../../model/cluster/external.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../../cluster/index.ts'
import { slicesPath } from '../../../cluster/paths.ts'
import type { EndpointSlice, Service } from '../../../model/cluster/kubernetes.ts'
import { readyAddresses } from '../service/slices.ts'
import type { TemporarySurroundings } from './temporary.ts'

/** How long the EndpointSlice controller may take, in milliseconds. */
const slicesPatienceMs = 15_000

const slicesEveryMs = 100

/** How long proxies take to follow, in milliseconds: kube-proxy waits up to 1 s between two changes of its rules. */
const proxiesFollowMs = 1500

/**
 * Waits until a Service that was just made has endpoints of which `isEnough` says so, and the proxies of all nodes had the
 * time to learn of it. Resolves to false when the endpoints did not come.
 */
export async function awaitServed(
  cluster: Cluster,
  service: Service,
  isEnough: (ready: ReadonlySet<string>) => boolean,
  { onStage, interrupted }: Pick<TemporarySurroundings, 'onStage' | 'interrupted'>,
): Promise<boolean> {
  const { name } = service.metadata
  onStage(`waiting for the endpoints of service/${name}`)
  const complete = await awaitEndpoints(cluster, service, isEnough, interrupted)
  onStage(`waiting until the proxies know service/${name}`)
  await sleep(proxiesFollowMs, undefined, { signal: interrupted })
  return complete
}

async function awaitEndpoints(
  cluster: Cluster,
  { metadata: { name, namespace } }: Service,
  isEnough: (ready: ReadonlySet<string>) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + slicesPatienceMs
  const path = slicesPath(namespace)
  const query = { labelSelector: slicesSelector(name) }
  while (performance.now() < until) {
    const slices = await Array.fromAsync(cluster.list<EndpointSlice>(path, { query, signal }))
    if (isEnough(readyAddresses(slices))) return true
    await sleep(slicesEveryMs, undefined, { signal })
  }
  return false
}
