import { analyse, analyseObject, type Explanation } from '../../analysis/analyse.ts'
import { sceneOf } from '../../analysis/store.ts'
import { services } from '../../mechanisms/service/objects.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import { isOfType, keyOf, refOf, resourceName } from '../../model/cluster/object.ts'
import type { Snapshot } from '../../model/cluster/snapshot.ts'
import type { Store } from '../../model/cluster/store.ts'
import type { Write } from '../../model/affinity/change.ts'
import type { Collector } from '../../snapshot/collect.ts'
import { type OtherTarget, snapshotOfOthers } from '../../snapshot/others.ts'
import { toChange } from '../../snapshot/wants.ts'
import { played } from '../write/predict.ts'
import { withObjects } from './store.ts'

/** What stands around a target of any kind, as `explain` sees it. */
export async function snapshotAround(collector: Collector, target: OtherTarget): Promise<Snapshot> {
  return isOfType(target.object, services)
    ? await collector.collect([target.object as Service], { wants: toChange })
    : await snapshotOfOthers(collector, [target])
}

/** A target of any kind, explained. */
export function explained(snapshot: Snapshot, { kind, object }: OtherTarget): Explanation {
  const { name, namespace = 'default' } = object.metadata
  return isOfType(object, services)
    ? analyse(snapshot, { namespace, name })
    : analyseObject(sceneOf(snapshot), kind, object)
}

/** What mechanisms know of a snapshot. */
export function storeIn(snapshot: Snapshot): Store {
  return sceneOf(snapshot).store
}

/** The snapshot as it would be after writes. */
export function afterWrites(snapshot: Snapshot, writes: readonly Write[]): Snapshot {
  const changes = writes.map(played)
  const all = snapshot.services.map((one) => {
    const key = keyOf(refOf(one.service))
    const changed = changes.find(({ object }) => keyOf(refOf(object)) === key)
    return changed === undefined ? one : { ...one, service: changed.object as Service }
  })
  const others = changes.filter(({ type }) => resourceName(type) !== resourceName(services))
  const { lists, gaps } = snapshot.objects
  return { ...snapshot, services: all, objects: { lists: withObjects(lists, others), gaps } }
}

/** A target as it would be after writes. */
export function afterOf<T extends KubernetesObject>(object: T, writes: readonly Write[]): T {
  const key = keyOf(refOf(object))
  const found = writes.map(played).find(({ object: one }) => keyOf(refOf(one)) === key)
  return (found?.object as T | undefined) ?? object
}
