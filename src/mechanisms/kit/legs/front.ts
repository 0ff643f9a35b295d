import type { ObjectRef } from '../../../model/findings/finding.ts'
import type { Arrival, Entry, Hop, Leg, Stop } from '../../../model/affinity/leg.ts'
import { type NamespacedName, refTo } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { hasAffinity } from '../../service/legs.ts'
import { services } from '../../service/objects.ts'
import { defined } from '../../../model/common/values.ts'

/** A part of an object in front that sends what comes to some entries on to Services, in one way. */
export interface Sending {
  from: Stop
  /** That come to it without another object between. */
  entries?: readonly Entry[]
  to: NamespacedName
  hop: Hop
  arrival: Arrival
  field?: string
  share?: number | undefined
}

/** Its arrows: from each entry to the object, and on to the Service. What is special about the way is said beside it. */
export function sendingLegs(sending: Sending, store: Store): Leg[] {
  const { from, entries = [], to, arrival, field, share } = sending
  const note = sending.hop.note ?? noteOf(sending, store)
  return [
    ...entries.map((entry): Leg => ({ from: entry, to: from, arrival: 'object' })),
    {
      from,
      to: { object: refTo(services, to) },
      arrival,
      hop: note === undefined ? sending.hop : { ...sending.hop, note },
      ...defined({ field, share }),
    },
  ]
}

function noteOf({ arrival, to }: Sending, store: Store): string | undefined {
  if (arrival === 'unknown') return 'most controllers go to the pods directly; this one is not known'
  if (arrival === 'cluster-ip') return 'its own addresses are the clients'
  if (arrival === 'node-port') return "the load balancer's nodes are the clients"
  const isPassedBy = hasAffinity(store.get(services, to))
  return isPassedBy ? "goes to the pods directly: the Service's affinity plays no part" : undefined
}

/** A host (any, where there is none) and a path of an object, and what else it asks of a request, as an entry. */
export function hostEntry(of: ObjectRef, host: string, path = '', when?: string): Entry {
  return {
    kind: 'host',
    from: 'outside',
    address: `${host}${path}${when === undefined ? '' : ` where ${when}`}`,
    host,
    ...(path === '' ? {} : { path }),
    ...defined({ when }),
    of,
  }
}
