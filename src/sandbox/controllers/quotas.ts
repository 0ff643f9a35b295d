import { Refused } from '../failure.ts'
import { at, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { onChanges } from './reconciler.ts'

/** ResourceQuotas, of which only the number of pods is counted here. */

const counts = (store: ObjectStore, namespace: string | undefined): number =>
  store
    .list(types.pods, namespace)
    .filter((pod) => !['Failed', 'Succeeded'].includes(String(at(pod, 'status', 'phase')))).length

const limitOf = (quota: Resource): unknown => at(quota, 'spec', 'hard', 'pods')

/** Keeps `status.used` true. */
export function runQuotas(store: ObjectStore): () => void {
  const reconcile = (quota: Resource): void => {
    const used = { pods: String(counts(store, quota.metadata.namespace)) }
    store.update(types.resourcequotas, quota, () => ({ status: { hard: at(quota, 'spec', 'hard'), used } }))
  }
  return onChanges(store, [types.resourcequotas, types.pods], [{ type: types.resourcequotas, reconcile }])
}

/** Every pod is a server of this machine. */
const mostPods = 1000

/** Why a namespace does not take one more pod; undefined when it does. */
export function quotaRefusal(
  store: ObjectStore,
  namespace: string | undefined,
  name: string,
): Refused | undefined {
  const used = counts(store, namespace)
  const full = store
    .list(types.resourcequotas, namespace)
    .find((quota) => limitOf(quota) !== undefined && used + 1 > Number(limitOf(quota)))
  if (full === undefined) {
    if (store.list(types.pods).length < mostPods) return undefined
    return new Refused(
      403,
      'Forbidden',
      `pods "${name}" is forbidden: the sandbox has room for ${mostPods} pods`,
      {
        name,
        kind: 'pods',
      },
    )
  }
  const message = `pods "${name}" is forbidden: exceeded quota: ${full.metadata.name}, requested: pods=1, used: pods=${used}, limited: pods=${String(limitOf(full))}`
  return new Refused(403, 'Forbidden', message, { name, kind: 'pods' })
}
