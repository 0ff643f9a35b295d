import type { Cluster } from '../cluster/index.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { readOne, type Resolved } from '../snapshot/targets.ts'
import { mapOrdered } from './ordered.ts'

const parallel = 10

/** The Services of these names, which may be of several namespaces; one that cannot be read is an item with its error. */
export function readServices(
  cluster: Cluster,
  refs: readonly NamespacedName[],
  signal: AbortSignal,
): AsyncGenerator<Resolved, void, undefined> {
  return mapOrdered(refs, parallel, (ref) => readOne(cluster, ref, signal))
}
