import { type JsonObject, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { record, refuse } from './events.ts'
import { ownerReference } from './owners.ts'
import { quotaRefusal } from './quotas.ts'

interface NewPod {
  name: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  spec: JsonObject
}

/** Makes a pod of an owner; false when there is no room for it. */
export function createPod(
  store: ObjectStore,
  owner: Resource,
  { name, labels = {}, annotations, spec }: NewPod,
): boolean {
  const { namespace } = owner.metadata
  const refusal = quotaRefusal(store, namespace, name)
  if (refusal !== undefined) {
    refuse(store, owner, refusal.message)
    return false
  }
  store.create(types.pods, {
    metadata: {
      name,
      namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { terminationGracePeriodSeconds: 30, ...spec },
    status: { phase: 'Pending' },
  })
  record(store, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`)
  return true
}
