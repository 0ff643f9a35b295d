import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { at, list } from '../../kit/objects/loose.ts'
import type { PlainHost } from '../../mechanism.ts'
import { attachmentsOf } from './attach.ts'

/** Whether all listeners that take a host of a route speak http. */
export function plainListener(route: LooseObject, host: string, store: Store): PlainHost | undefined {
  const all = attachmentsOf(route, store).filter(({ hosts, isRefused }) => hosts.includes(host) && !isRefused)
  const [first] = all
  const holder = first?.set?.object ?? first?.gateway
  if (holder === undefined || !all.every(({ protocol }) => protocol === 'HTTP')) return undefined
  const index = list(at(holder.spec, 'listeners')).findIndex((one) => at(one, 'name') === first?.listener)
  return {
    who: objectName(refOf(holder)),
    mend: `add a listener with protocol HTTPS to ${objectName(refOf(holder))}`,
    at: { object: refOf(holder), field: `spec.listeners[${Math.max(index, 0)}].protocol` },
  }
}
