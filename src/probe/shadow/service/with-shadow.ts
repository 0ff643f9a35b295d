import type { Cluster } from '../../../cluster/index.ts'
import { servicesPath, slicesPath } from '../../../cluster/paths.ts'
import type { EndpointSlice, Service } from '../../../model/cluster/kubernetes.ts'
import type { ServiceChange } from './change.ts'
import { awaitServed } from '../temporary/ready.ts'
import { shadowName, shadowService } from './service.ts'
import { copiedSlices, readyAddresses } from './slices.ts'
import { type TemporarySurroundings, withTemporary } from '../temporary/temporary.ts'

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
  const { onStage } = surroundings
  const { namespace = 'default', name: originalName } = original.metadata
  const target = `service/${originalName}`
  return await withTemporary(cluster, { namespace, target, maxSeconds }, surroundings, async (temporary) => {
    const name = shadowName(originalName, temporary.runId)
    onStage(`making service/${name}`)
    const planned = shadowService(original, { metadata: temporary.metadata(name), change })
    const service = await temporary.create(servicesPath(namespace), planned.service)
    const notes = [...planned.notes]
    if (Object.keys(original.spec.selector ?? {}).length === 0) {
      for (const slice of copiedSlices(slices, name, temporary.metadata))
        await temporary.create(slicesPath(namespace), slice)
      notes.push('the endpoints of the shadow are copies: later changes of the original do not reach it')
    }
    const wanted = readyAddresses(slices)
    if (!(await awaitServed(cluster, service, (ready) => wanted.isSubsetOf(ready), surroundings)))
      notes.push('the shadow did not get all the endpoints of the original')
    return await body({ service, notes })
  })
}
