import { type Cluster, isNotFound } from '../cluster/index.ts'
import { servicePath, slicesPath } from '../cluster/paths.ts'
import type { EndpointSlice, Service } from '../model/cluster/kubernetes.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { serviceLabel } from '../model/cluster/external.ts'
import type { Existing } from './refuse.ts'

/** The Service and every slice that names it, whoever wrote them. */
export async function readExisting(
  cluster: Cluster,
  { namespace, name }: NamespacedName,
  signal: AbortSignal,
): Promise<Existing> {
  const [service, slices] = await Promise.all([
    cluster.get<Service>(servicePath(namespace, name), { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    }),
    Array.fromAsync(
      cluster.list<EndpointSlice>(slicesPath(namespace), {
        query: { labelSelector: `${serviceLabel}=${name}` },
        signal,
      }),
    ),
  ])
  // Items of a list carry no kind of their own.
  const typed = slices.map((slice) => ({
    ...slice,
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice' as const,
  }))
  return { service, slices: typed }
}
