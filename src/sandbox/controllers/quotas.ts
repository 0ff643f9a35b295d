import { Failure } from '../failure.ts'
import { at, type Resource } from '../resource.ts'
import { types } from '../resource-types.ts'
import type { Store } from '../store.ts'
import { onChanges } from './reconciler.ts'

/** ResourceQuotas, of which only the number of pods is counted here. */

const counts = (store: Store, namespace: string | undefined): number =>
  store
    .list(types.pods, namespace)
    .filter((pod) => !['Failed', 'Succeeded'].includes(String(at(pod, 'status', 'phase')))).length

const limitOf = (quota: Resource): unknown => at(quota, 'spec', 'hard', 'pods')

/** Keeps `status.used` true. */
export function runQuotas(store: Store): () => void {
  return onChanges(store, [types.resourcequotas, types.pods], () => {
    for (const quota of store.list(types.resourcequotas)) {
      const used = { pods: String(counts(store, quota.metadata.namespace)) }
      store.update(types.resourcequotas, quota, () => ({ status: { hard: at(quota, 'spec', 'hard'), used } }))
    }
  })
}

/** Why the quota of a namespace does not take one more pod; undefined when it does. */
export function quotaRefusal(store: Store, namespace: string | undefined, name: string): Failure | undefined {
  const used = counts(store, namespace)
  const full = store
    .list(types.resourcequotas, namespace)
    .find((quota) => limitOf(quota) !== undefined && used + 1 > Number(limitOf(quota)))
  if (full === undefined) return undefined
  const message = `pods "${name}" is forbidden: exceeded quota: ${full.metadata.name}, requested: pods=1, used: pods=${used}, limited: pods=${String(limitOf(full))}`
  return new Failure(403, 'Forbidden', message, { name, kind: 'pods' })
}
