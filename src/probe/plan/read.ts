import { type Cluster, isForbidden } from '../../cluster/index.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { readWithSlices } from '../../snapshot/cluster/targets.ts'
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
    const { found, slices } = await readWithSlices(cluster, { namespace, name }, signal)
    if ('error' in found) throw found.error
    return { service: found.service, slices }
  } catch (error) {
    if (isForbidden(error)) throw missingPermission(error.status.message ?? error.message, namespace, error)
    throw error
  }
}
