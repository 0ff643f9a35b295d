import { mechanisms } from '../mechanisms/index.ts'
import { inputs } from '../mechanisms/service/facts.ts'
import { proxyName } from '../mechanisms/service/legs.ts'
import { services } from '../mechanisms/service/objects.ts'
import { semanticsOf } from '../mechanisms/service/proxies/semantics.ts'
import { type Fact, known, mapFact, notAsked } from '../model/fact.ts'
import type { FilePosition, ObjectRef } from '../model/finding.ts'
import type { KubernetesObject } from '../model/kubernetes.ts'
import { type NamespacedName, type ObjectType, resourceName } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import type { FactType, Store } from '../model/store.ts'
import { type Network, networkOf } from '../path/network.ts'

/** What was read, what it draws, and where it stands in files. */
export interface Scene {
  source: Snapshot['source']
  store: Store
  network: Network
  /** What is missing in lists that are known. */
  gaps: Snapshot['objects']['gaps']
  locate?: (object: ObjectRef, field?: string) => FilePosition | undefined
}

/** Thousands of Services share what stands in front of them. */
const scenes = new WeakMap<Snapshot, Scene>()

/** A snapshot as mechanisms and analyzers see it. */
export function sceneOf(snapshot: Snapshot): Scene {
  const before = scenes.get(snapshot)
  if (before !== undefined) return before
  const store = storeOf(snapshot)
  const { source, locate } = snapshot
  const network = networkOf(store, mechanisms)
  const scene = {
    source,
    store,
    network,
    gaps: snapshot.objects.gaps,
    ...(locate === undefined ? {} : { locate }),
  }
  scenes.set(snapshot, scene)
  return scene
}

/** The same with what is known of one Service alone. */
export function sceneOfService(snapshot: Snapshot, one: ServiceSnapshot): Scene {
  const scene = sceneOf(snapshot)
  const own: Readonly<Record<string, Fact<unknown>>> = {
    [inputs.slices.name]: one.slices,
    [inputs.pods.name]: one.pods,
    [inputs.autoscalers.name]: one.autoscalers,
    [inputs.networkPolicies.name]: one.networkPolicies,
    [inputs.events.name]: one.events,
  }
  const fact = <T>(type: FactType<T>) => (own[type.name] ?? scene.store.fact(type)) as Fact<T>
  return { ...scene, store: { ...scene.store, fact } }
}

function storeOf(snapshot: Snapshot): Store {
  const facts = new Map<string, Fact<unknown>>([
    [proxyName.name, mapFact(snapshot.proxy, (proxy) => semanticsOf(proxy).name)],
    [inputs.proxy.name, snapshot.proxy],
    [inputs.windowsNodes.name, snapshot.windowsNodes],
    [inputs.version.name, snapshot.version],
  ])
  const lists = new Map<string, Fact<readonly KubernetesObject[]>>([
    ...snapshot.objects.lists,
    [resourceName(services), known(snapshot.services.map(({ service }) => service))],
  ])
  // Analyzers of thousands of Services ask for the same lists.
  const byType = new Map<ObjectType, Fact<readonly KubernetesObject[]>>()
  const indexes = new Map<string, ReadonlyMap<string, KubernetesObject>>()
  const indexOf = (type: ObjectType): ReadonlyMap<string, KubernetesObject> => {
    const name = resourceName(type)
    const index = indexes.get(name) ?? indexed(lists.get(name), type)
    indexes.set(name, index)
    return index
  }
  const listed = (type: ObjectType): Fact<readonly KubernetesObject[]> => {
    const list = lists.get(resourceName(type)) ?? notAsked(resourceName(type))
    // Files may hold an object twice, which is a finding: a cluster has one of them, and ways must not multiply.
    return snapshot.source === 'files' ? mapFact(list, () => [...indexOf(type).values()]) : list
  }
  const store: Store = {
    list: <T extends KubernetesObject>(type: ObjectType<T>) => {
      const list = byType.get(type) ?? listed(type)
      byType.set(type, list)
      return list as Fact<readonly T[]>
    },
    get: <T extends KubernetesObject>(type: ObjectType<T>, { namespace, name }: NamespacedName) =>
      indexOf(type).get(`${placeOf(type, namespace)}/${name}`) as T | undefined,
    fact: <T>(type: FactType<T>) => {
      const fact = facts.get(type.name) ?? type.derive?.(store) ?? notAsked(type.what)
      facts.set(type.name, fact)
      return fact as Fact<T>
    },
  }
  return store
}

function indexed(
  list: Fact<readonly KubernetesObject[]> | undefined,
  type: ObjectType,
): ReadonlyMap<string, KubernetesObject> {
  const index = new Map<string, KubernetesObject>()
  for (const object of list?.known === true ? list.value : []) {
    const key = `${placeOf(type, object.metadata.namespace)}/${object.metadata.name}`
    // The first of two in files; the second is a finding.
    if (!index.has(key)) index.set(key, object)
  }
  return index
}

function placeOf({ scope }: ObjectType, namespace = ''): string {
  return scope === 'cluster' ? '' : namespace === '' ? 'default' : namespace
}
