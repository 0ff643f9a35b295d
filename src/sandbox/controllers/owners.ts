import type { OwnerReference } from '../../model/cluster/kubernetes.ts'
import { now, type Resource, type ResourceType, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'

export function ownerReference({ apiVersion, kind, metadata }: Resource): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
}

export const isOwnedBy = (object: Resource, owner: Resource): boolean =>
  (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid)

/** Deletes a pod as the API server does: it gets time to end, and the kubelet takes it away. */
export function deletePod(store: ObjectStore, pod: Resource, graceSeconds?: number): Resource {
  const asked =
    graceSeconds ??
    (pod['spec'] as { terminationGracePeriodSeconds?: number } | undefined)?.terminationGracePeriodSeconds ??
    30
  if (asked === 0) return store.remove(types.pods, pod) ?? pod
  if (pod.metadata.deletionTimestamp !== undefined) return pod
  const end = new Date(Date.now() + Math.min(asked, 2 ** 31) * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  return store.replace(types.pods, {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: end, deletionGracePeriodSeconds: asked },
  })
}

/** Removes what belonged to objects that are gone, and what was in namespaces that are to go. */
export function collectGarbage(store: ObjectStore): () => void {
  return store.subscribe(({ type, resource, object }) => {
    if (type === 'DELETED' && resource !== types.events) {
      for (const child of ownedTypes) {
        for (const owned of store.list(child, object.metadata.namespace))
          if (isOwnedBy(owned, object)) removeObject(store, child, owned)
      }
    }
    if (
      resource === types.namespaces &&
      type === 'MODIFIED' &&
      object.metadata.deletionTimestamp !== undefined
    )
      emptyNamespace(store, object.metadata.name)
    if (type === 'DELETED' && resource === types.pods) finishNamespace(store, object.metadata.namespace ?? '')
  })
}

const ownedTypes = [types.replicasets, types.pods, types.jobs, types.services, types.endpointslices]

function removeObject(store: ObjectStore, type: ResourceType, object: Resource): void {
  if (type === types.pods) deletePod(store, object)
  else store.remove(type, object)
}

function emptyNamespace(store: ObjectStore, name: string): void {
  for (const type of store.types) {
    if (!type.namespaced) continue
    for (const object of store.list(type, name)) removeObject(store, type, object)
  }
  finishNamespace(store, name)
}

function finishNamespace(store: ObjectStore, name: string): void {
  const namespace = store.find(types.namespaces, undefined, name)
  if (namespace?.metadata.deletionTimestamp === undefined || store.list(types.pods, name).length > 0) return
  store.remove(types.namespaces, namespace)
}

/** Starts the end of a namespace. */
export function deleteNamespace(store: ObjectStore, namespace: Resource): Resource {
  return store.replace(types.namespaces, {
    ...namespace,
    metadata: { ...namespace.metadata, deletionTimestamp: now() },
    status: { phase: 'Terminating' },
  })
}
