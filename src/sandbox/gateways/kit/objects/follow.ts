import type { ResourceType } from '../../../objects/resource.ts'
import type { ObjectStore } from '../../../objects/store.ts'

/** Derives something from objects, and again whenever it is asked for after one of these types has changed. */
export function following<T>(store: ObjectStore, of: readonly ResourceType[], derive: () => T): () => T {
  let known: { value: T } | undefined
  store.subscribe(({ resource }) => {
    if (of.includes(resource)) known = undefined
  })
  return () => (known ??= { value: derive() }).value
}
