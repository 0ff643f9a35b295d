import { type FactType, known } from '../../model/cluster/store.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import type { ServiceSnapshot, Snapshot } from '../../model/cluster/snapshot.ts'
import type { Provider } from './balancers/provider.ts'
import { balancerOf } from './balancers/recognise.ts'

type Value<F> = Extract<F, { known: true }> extends { value: infer T } ? T : never

/** What analyzers of a Service may ask for, by name. The Service itself is always there. */
export interface Inputs {
  slices: Value<ServiceSnapshot['slices']>
  listed: Value<ServiceSnapshot['slices']>
  pods: Value<ServiceSnapshot['pods']>
  templates: Value<NonNullable<ServiceSnapshot['templates']>>
  autoscalers: Value<ServiceSnapshot['autoscalers']>
  networkPolicies: Value<ServiceSnapshot['networkPolicies']>
  events: Value<ServiceSnapshot['events']>
  proxy: Value<Snapshot['proxy']>
  windowsNodes: Value<Snapshot['windowsNodes']>
  version: Value<Snapshot['version']>
  cloud: Value<Snapshot['cloud']>
  balancer: Provider | undefined
}

export type InputName = keyof Inputs

/** The Service that is explained. */
export const subject: FactType<Service> = { name: 'service', what: 'services', isOfOne: true }

/** The same as facts of a store, each of the Service that is explained. */
export const inputs: { readonly [Name in InputName]: FactType<Inputs[Name]> } = {
  slices: { name: 'slices', what: 'endpointslices', isOfOne: true },
  // Without those that a cluster makes for the selector.
  listed: { name: 'listed slices', what: 'endpointslices', isOfOne: true },
  pods: { name: 'pods', what: 'pods', isOfOne: true },
  templates: { name: 'templates', what: 'workloads', isOfOne: true },
  autoscalers: { name: 'autoscalers', what: 'horizontalpodautoscalers.autoscaling', isOfOne: true },
  networkPolicies: { name: 'network policies', what: 'networkpolicies.networking.k8s.io', isOfOne: true },
  events: { name: 'events', what: 'events', isOfOne: true },
  proxy: { name: 'proxy', what: 'the Service proxy' },
  windowsNodes: { name: 'windows nodes', what: 'nodes' },
  version: { name: 'version', what: 'the version' },
  cloud: { name: 'cloud', what: 'nodes' },
  // Who makes its load balancer, where anybody is recognised.
  balancer: {
    name: 'balancer',
    what: 'the load balancer',
    isOfOne: true,
    derive: (store) => {
      const service = store.fact(subject)
      if (!service.known) return service
      const [events, cloud] = [store.fact(inputs.events), store.fact(inputs.cloud)]
      return known(balancerOf(service.value, { events, cloud }))
    },
  },
}

/** What ways are drawn by, of every Service of a snapshot: legs are drawn once for all of them. */
export type OwnFacts = Pick<ServiceSnapshot, 'slices' | 'events'>

/** The same by key of the Service (`keyOf`). */
export const ownFacts: FactType<ReadonlyMap<string, OwnFacts>> = {
  name: 'facts of Services',
  what: 'services',
}
