import { ApiError, type Cluster, isNotFound } from '../cluster/index.ts'
import type { Service } from '../model/kubernetes.ts'
import type { ServiceRef } from '../model/snapshot.ts'
import { servicePath } from '../snapshot/paths.ts'
import { notFound, type Resolved } from '../snapshot/targets.ts'
import { mapOrdered } from './ordered.ts'

const parallel = 10

/** The Services of these names, which may be of several namespaces; one that cannot be read is an item with its error. */
export function readServices(
  cluster: Cluster,
  refs: readonly ServiceRef[],
  signal: AbortSignal,
): AsyncGenerator<Resolved, void, undefined> {
  return mapOrdered(refs, parallel, async (ref): Promise<Resolved> => {
    try {
      return { ref, service: await cluster.get<Service>(servicePath(ref.namespace, ref.name), { signal }) }
    } catch (error) {
      if (isNotFound(error)) return { ref, error: notFound(ref, error) }
      if (error instanceof ApiError) return { ref, error }
      throw error
    }
  })
}
