import type { LooseObject } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, record } from '../../kit/objects/loose.ts'
import { istioProxies } from '../objects.ts'
import type { MeshClient } from './rules.ts'

/**
 * The proxies of a Gateway: the pods that its selector names, wherever they run. Nothing of them is claimed where no
 * Deployment or DaemonSet, or several, have these labels, as in files that hold none.
 */
export function clientOf(gateway: LooseObject | undefined, store: Store): MeshClient {
  const selector = Object.entries(record(at(gateway?.spec, 'selector')))
  const all = store.fact(istioProxies)
  if (!all.known || selector.length === 0) return {}
  const found = all.value.flatMap(({ spec, metadata }) => {
    const labels = record(at(spec, 'template.metadata.labels')) as Readonly<Record<string, string>>
    const isOurs = selector.every(([key, value]) => labels[key] === value)
    return isOurs ? [{ namespace: metadata.namespace ?? '', labels }] : []
  })
  const namespaces = new Set(found.map(({ namespace }) => namespace))
  const [one] = found
  if (one === undefined || namespaces.size > 1) return {}
  return found.length === 1 ? one : { namespace: one.namespace }
}
