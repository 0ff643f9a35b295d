import { at, type JsonObject, now, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { hashOf, randomSuffix } from './names.ts'
import { createPod } from './pods.ts'
import { deletePod, isOwnedBy, ownerReference } from './owners.ts'
import { onChanges } from './reconciler.ts'

interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: JsonObject
}

const hashLabel = 'pod-template-hash'

/** Deployments make ReplicaSets, one per template; ReplicaSets make pods. */
export function runDeployments(store: ObjectStore): () => void {
  return onChanges(
    store,
    [types.deployments, types.replicasets, types.pods, types.resourcequotas],
    [
      { type: types.deployments, reconcile: (deployment) => reconcileDeployment(store, deployment) },
      { type: types.replicasets, reconcile: (set) => reconcileReplicaSet(store, set) },
    ],
  )
}

const isReady = (pod: Resource): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  ((at(pod, 'status', 'conditions') ?? []) as { type: string; status: string }[]).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  )

/** Pods that count: neither ended nor about to. */
const alive = (store: ObjectStore, owner: Resource): Resource[] =>
  store
    .list(types.pods, owner.metadata.namespace)
    .filter(
      (pod) =>
        isOwnedBy(pod, owner) &&
        pod.metadata.deletionTimestamp === undefined &&
        !['Failed', 'Succeeded'].includes(String(at(pod, 'status', 'phase'))),
    )

function reconcileDeployment(store: ObjectStore, deployment: Resource): void {
  const wanted = Number(at(deployment, 'spec', 'replicas') ?? 1)
  const template = at(deployment, 'spec', 'template') as Template
  const hash = hashOf(template)
  const sets = store
    .list(types.replicasets, deployment.metadata.namespace)
    .filter((set) => isOwnedBy(set, deployment))
  const current =
    sets.find(({ metadata }) => metadata.labels?.[hashLabel] === hash) ??
    makeReplicaSet(store, deployment, template, hash)
  scale(store, current, wanted)
  const podsOf = (set: Resource): Resource[] => alive(store, set)
  const fresh = podsOf(current)
  const ready = fresh.filter((pod) => isReady(pod)).length
  // The old ones go once the new ones serve.
  if (ready >= wanted) for (const set of sets) if (set !== current) scale(store, set, 0)
  const all = [current, ...sets.filter((set) => set !== current)].flatMap((set) => podsOf(set))
  const available = all.filter((pod) => isReady(pod)).length
  store.update(types.deployments, deployment, (object) => ({
    status: {
      observedGeneration: object.metadata.generation,
      replicas: all.length,
      updatedReplicas: fresh.length,
      readyReplicas: available,
      availableReplicas: available,
      ...(available < wanted ? { unavailableReplicas: wanted - available } : {}),
      conditions: conditionsOf(object, available >= wanted),
    },
  }))
}

function conditionsOf(deployment: Resource, complete: boolean): object[] {
  const known = (at(deployment, 'status', 'conditions') ?? []) as {
    type: string
    status: string
    lastTransitionTime: string
  }[]
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): object => {
    const before = known.find((one) => one.type === type && one.status === status)
    const time = before?.lastTransitionTime ?? now()
    return { type, status, reason, message, lastTransitionTime: time, lastUpdateTime: time }
  }
  return [
    complete
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : condition(
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
        ),
    condition('Progressing', 'True', complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated', ''),
  ]
}

function makeReplicaSet(
  store: ObjectStore,
  deployment: Resource,
  template: Template,
  hash: string,
): Resource {
  const labels = { ...template.metadata?.labels, [hashLabel]: hash }
  return store.create(types.replicasets, {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: Number(at(deployment, 'spec', 'replicas') ?? 1),
      selector: {
        matchLabels: { ...(at(deployment, 'spec', 'selector', 'matchLabels') as object), [hashLabel]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  })
}

function scale(store: ObjectStore, set: Resource, replicas: number): void {
  store.update(types.replicasets, set, (object) => ({ spec: { ...(object['spec'] as object), replicas } }))
}

function reconcileReplicaSet(store: ObjectStore, set: Resource): void {
  const wanted = Number(at(set, 'spec', 'replicas') ?? 1)
  const pods = alive(store, set)
  for (let missing = wanted - pods.length; missing > 0; missing -= 1) if (!makePod(store, set)) break
  // Those that do not serve first, then the youngest.
  const order = pods.toSorted(
    (a, b) =>
      Number(isReady(a)) - Number(isReady(b)) ||
      Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion),
  )
  for (const pod of order.slice(0, Math.max(0, pods.length - wanted))) deletePod(store, pod)
  const now = alive(store, set)
  const ready = now.filter((pod) => isReady(pod)).length
  store.update(types.replicasets, set, (object) => ({
    status: {
      replicas: now.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: object.metadata.generation,
    },
  }))
}

/** False when there is no room for it. */
function makePod(store: ObjectStore, set: Resource): boolean {
  const { metadata, spec } = at(set, 'spec', 'template') as Template
  const name = `${set.metadata.name}-${randomSuffix()}`
  return createPod(store, set, { ...metadata, name, spec: { restartPolicy: 'Always', ...spec } })
}
