import { ApiError, type Cluster } from '../cluster/index.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { readWithSlices } from '../snapshot/cluster/targets.ts'
import type { Existing } from './refuse/refuse.ts'

/** The Service, where there is one, and every slice that names it, whoever wrote them. */
export async function readExisting(
  cluster: Cluster,
  ref: NamespacedName,
  signal: AbortSignal,
): Promise<Existing> {
  const { found, slices } = await readWithSlices(cluster, ref, signal)
  if ('service' in found) return { service: found.service, slices }
  if (found.error instanceof ApiError) throw found.error
  return { service: undefined, slices }
}
