import { mechanisms } from '../mechanisms/index.ts'
import { onceFor } from '../mechanisms/kit/objects/once.ts'
import { inputs, ownFacts, subject } from '../mechanisms/service/facts.ts'
import { services } from '../mechanisms/service/objects.ts'
import { type Fact, known, type Store, storeOf, storeWith } from '../model/cluster/store.ts'
import type { FilePosition, ObjectRef } from '../model/findings/finding.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import { keyOf, refOf, resourceName } from '../model/cluster/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/cluster/snapshot.ts'
import { type Network, networkOf } from './path/network.ts'
import { defined } from '../model/common/values.ts'

/** What was read, what it draws, and where it stands in files. */
export interface Scene {
  source: Snapshot['source']
  store: Store
  network: Network
  /** The store of all targets, without what is known of one alone. */
  shared: Store
  /** What is missing in lists that are known. */
  gaps: Snapshot['objects']['gaps']
  locate?: (object: ObjectRef, field?: string) => FilePosition | undefined
}

/** A snapshot as mechanisms and analyzers see it. Thousands of Services share what stands in front of them. */
export const sceneOf = onceFor((snapshot: Snapshot): Scene => {
  const store = storeOfSnapshot(snapshot)
  const { source, locate } = snapshot
  const network = networkOf(store, mechanisms)
  return defined({ source, store, network, shared: store, gaps: snapshot.objects.gaps, locate })
})

/** The same with what is known of one Service alone. */
export function sceneOfService(snapshot: Snapshot, one: ServiceSnapshot): Scene {
  const scene = sceneOf(snapshot)
  const facts = new Map<string, Fact<unknown>>([
    [subject.name, known(one.service)],
    [inputs.slices.name, one.slices],
    [inputs.listed.name, one.listed ?? one.slices],
    [inputs.pods.name, one.pods],
    ...(one.templates === undefined ? [] : [[inputs.templates.name, one.templates] as const]),
    [inputs.autoscalers.name, one.autoscalers],
    [inputs.networkPolicies.name, one.networkPolicies],
    [inputs.events.name, one.events],
  ])
  return { ...scene, store: storeWith(scene.store, facts) }
}

function storeOfSnapshot({ objects, services: all, ...rest }: Snapshot): Store {
  const facts = new Map<string, Fact<unknown>>([
    [inputs.proxy.name, rest.proxy],
    [inputs.windowsNodes.name, rest.windowsNodes],
    [inputs.version.name, rest.version],
    [inputs.cloud.name, rest.cloud],
    [ownFacts.name, known(new Map(all.map((one) => [keyOf(refOf(one.service)), one])))],
  ])
  const lists = new Map<string, Fact<readonly KubernetesObject[]>>([
    ...objects.lists,
    [resourceName(services), known(all.map(({ service }) => service))],
  ])
  return storeOf(lists, facts)
}
