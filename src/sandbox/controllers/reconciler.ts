import type { Resource, ResourceType } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { survive } from './survive.ts'

/** What a controller does with each object of a type. */
export interface Reconciler {
  type: ResourceType
  reconcile: (object: Resource) => void
}

/**
 * Reconciles all objects soon after anything changed in one of these types, once for many changes. What goes wrong with
 * one object is told as an event on it, and the others have their turn. Returns how to stop.
 */
export function onChanges(
  store: ObjectStore,
  of: readonly ResourceType[],
  reconcilers: readonly Reconciler[],
): () => void {
  let scheduled = false
  let stopped = false
  const run = (): void => {
    scheduled = false
    if (stopped) return
    for (const { type, reconcile } of reconcilers)
      for (const object of store.list(type)) survive(store, object, () => reconcile(object))
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(run)
  }
  const unsubscribe = store.subscribe(({ resource }) => {
    if (of.includes(resource)) schedule()
  })
  schedule()
  return () => {
    stopped = true
    unsubscribe()
  }
}
