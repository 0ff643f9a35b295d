import { slicesSelector } from '../../model/cluster/external.ts'
import { type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { UserError } from '../../model/common/user-error.ts'
import { servicePath, slicesPath } from '../../cluster/paths.ts'
import { missingPermission } from '../permissions.ts'

/**
 * Reads a Service and its EndpointSlices at once.
 * Rejects with UserError when the Service does not exist or something may not be read.
 */
export async function readService(
  cluster: Cluster,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<{ service: Service; slices: EndpointSlice[] }> {
  try {
    const [service, slices] = await Promise.all([
      cluster.get<Service>(servicePath(namespace, name), { signal }),
      Array.fromAsync(
        cluster.list<EndpointSlice>(slicesPath(namespace), {
          query: { labelSelector: slicesSelector(name) },
          signal,
        }),
      ),
    ])
    if (service.kind !== 'Service')
      throw new UserError(`${cluster.server} does not answer as a Kubernetes API server does`)
    return { service, slices }
  } catch (error) {
    if (isForbidden(error)) throw missingPermission(error.status.message ?? error.message, namespace, error)
    if (isNotFound(error)) {
      throw new UserError(`${error.status.message ?? error.message} in namespace "${namespace}"`, {
        hints: [`see what there is:  kubectl get services -n ${namespace}`],
        cause: error,
      })
    }
    throw error
  }
}
