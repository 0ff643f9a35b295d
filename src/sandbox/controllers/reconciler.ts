import type { ResourceType } from '../resource-types.ts'
import type { Store } from '../store.ts'

/** Calls `reconcile` soon after anything changed in one of these types, once for many changes. Returns how to stop. */
export function onChanges(store: Store, of: readonly ResourceType[], reconcile: () => void): () => void {
  let scheduled = false
  let stopped = false
  const run = (): void => {
    scheduled = false
    if (!stopped) reconcile()
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
