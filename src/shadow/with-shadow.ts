import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../cluster/index.ts'
import { servicesPath, slicesPath } from '../cluster/paths.ts'
import type { EndpointSlice, Service } from '../model/kubernetes.ts'
import { slicesOf } from '../probe/read.ts'
import type { ServiceChange } from './change.ts'
import { shadowName, shadowService } from './service.ts'
import { copiedSlices, readyAddresses } from './slices.ts'
import { type TemporarySurroundings, withTemporary } from './temporary.ts'

export interface ShadowOptions {
  /** The original, as read from the cluster and accepted by examineService; it is not touched. */
  service: Service
  /** Its EndpointSlices. */
  slices: readonly EndpointSlice[]
  change: ServiceChange
  /** How long the body may take at the very most, in seconds; a shadow that is forgotten ends a minute later. */
  maxSeconds: number
}

/** What is there while the body runs. */
export interface Shadow {
  /** The temporary Service, as the API server completed it: with its addresses. */
  service: Service
  /** Sentences for the report: in what the shadow differs from the original beyond the change. */
  notes: readonly string[]
}

/** How long the EndpointSlice controller may take, in milliseconds. */
const slicesPatienceMs = 15_000

const slicesEveryMs = 100

/** How long proxies take to follow, in milliseconds: kube-proxy waits up to 1 s between two changes of its rules. */
const proxiesFollowMs = 1500

/**
 * Makes a temporary Service with the same selector, ports and settings as `service` but for `change`, waits until it
 * has its endpoints and the proxies had time to learn of it, runs `body`, and removes it on every way out. Probes,
 * surveys and timeout measurements run on it as on any other Service of the namespace.
 *
 * Rejects with what `body` rejects with, with UserError when the cluster refuses the objects, with the errors of
 * src/cluster, and with the reason of `interrupted` when that came before the body.
 */
export async function withShadow<T>(
  cluster: Cluster,
  { service: original, slices, change, maxSeconds }: ShadowOptions,
  surroundings: TemporarySurroundings,
  body: (shadow: Shadow) => Promise<T>,
): Promise<T> {
  const { onStage, interrupted } = surroundings
  const { namespace = 'default', name: originalName } = original.metadata
  const target = `service/${originalName}`
  return await withTemporary(cluster, { namespace, target, maxSeconds }, surroundings, async (temporary) => {
    const name = shadowName(originalName, temporary.runId)
    onStage(`making service/${name}`)
    const planned = shadowService(original, { metadata: temporary.metadata(name), change })
    const service = await temporary.create(servicesPath(namespace), planned.service)
    const notes = [...planned.notes]
    if (Object.keys(original.spec.selector ?? {}).length > 0) {
      onStage(`waiting for the endpoints of service/${name}`)
      const wanted = readyAddresses(slices)
      const complete = await endpointsArrive(cluster, service, wanted, interrupted)
      if (!complete) notes.push('the shadow did not get all the endpoints of the original')
    } else {
      for (const slice of copiedSlices(slices, name, temporary.metadata))
        await temporary.create(slicesPath(namespace), slice)
      notes.push('the endpoints of the shadow are copies: later changes of the original do not reach it')
    }
    onStage(`waiting until the proxies know service/${name}`)
    await sleep(proxiesFollowMs, undefined, { signal: interrupted })
    return await body({ service, notes })
  })
}

/** Waits until a Service has these ready endpoints. Resolves to false when they do not come. */
async function endpointsArrive(
  cluster: Cluster,
  { metadata: { name, namespace } }: Service,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + slicesPatienceMs
  const path = slicesPath(namespace)
  const query = slicesOf(name)
  while (performance.now() < until) {
    const slices = await Array.fromAsync(cluster.list<EndpointSlice>(path, { query, signal }))
    if (wanted.isSubsetOf(readyAddresses(slices))) return true
    await sleep(slicesEveryMs, undefined, { signal })
  }
  return false
}
