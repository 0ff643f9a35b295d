import type { Fact } from '../../../model/cluster/store.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { Provider, Signs } from './provider.ts'
import { awsBalancers } from './aws.ts'
import { cloudBalancers } from './clouds.ts'
import { installedBalancers } from './installed.ts'
import { moreClouds } from './more-clouds.ts'

/**
 * Load balancers of Services by who makes them. The order counts: what a controller writes on Services that it serves
 * comes before what people write, and nodes come last.
 */
export const providers: readonly Provider[] = [
  ...installedBalancers,
  ...awsBalancers,
  ...cloudBalancers,
  ...moreClouds,
]

/** What else is known, beside the Service: warnings about it, and the `spec.providerID` of a node. */
export interface Hints {
  events?: Fact<readonly { message: string }[]>
  cloud?: Fact<string>
}

/**
 * Who makes the load balancer of a Service, by what says so most surely: its class, what stands on the Service, events,
 * and, where it says nothing, the cloud of the nodes. Undefined where nobody is recognised.
 */
export function balancerOf(service: Service, { events, cloud }: Hints = {}): Provider | undefined {
  const { spec } = service
  if (spec.type !== 'LoadBalancer') return undefined
  const { loadBalancerClass } = spec
  const possible = providers.filter(({ signs }) => signs.only?.(service) !== false)
  if (loadBalancerClass !== undefined && loadBalancerClass !== '')
    return possible.find(({ signs }) => signs.class?.test(loadBalancerClass))
  // What a provider never gives, it has not given: the annotations are of another time or cluster.
  const given = givenBy(service)
  const allowed = possible.filter(({ gives }) => gives === undefined || given.every((kind) => kind === gives))
  const shown = signsOf(service)
  const warned = events?.known === true ? events.value.map(({ message }) => message) : []
  return (
    allowed.find(({ signs }) =>
      shownSigns.some((sign) => shown[sign].some((text) => signs[sign]?.test(text) === true)),
    ) ??
    allowed.find(({ signs }) => warned.some((text) => signs.event?.test(text) === true)) ??
    (cloud?.known === true ? allowed.find(({ signs }) => isOfCloud(signs, cloud.value, service)) : undefined)
  )
}

/** What a cloud controller puts on each Service that it serves (k8s.io/cloud-provider, service/helpers, LoadBalancerCleanupFinalizer). */
const cleanup = 'service.kubernetes.io/load-balancer-cleanup'

function isOfCloud({ nodes, isOneOfMany }: Signs, cloud: string, { metadata }: Service): boolean {
  if (nodes?.test(cloud) !== true) return false
  return isOneOfMany !== true || (metadata.finalizers ?? []).includes(cleanup)
}

/** Whether the nodes' cloud has to be known: nothing on the Service tells who serves it. */
export function needsCloud(service: Service): boolean {
  const { type, loadBalancerClass = '' } = service.spec
  return type === 'LoadBalancer' && loadBalancerClass === '' && balancerOf(service) === undefined
}

const shownSigns = ['annotation', 'finalizer', 'condition', 'host'] as const satisfies (keyof Signs)[]

function signsOf({ metadata, status }: Service): Record<(typeof shownSigns)[number], readonly string[]> {
  return {
    annotation: Object.keys(metadata.annotations ?? {}),
    finalizer: metadata.finalizers ?? [],
    condition: (status?.conditions ?? []).map(({ type }) => type),
    host: (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []),
  }
}

/** Of which kinds the addresses are that the Service has. */
function givenBy({ status }: Service): NonNullable<Provider['gives']>[] {
  return (status?.loadBalancer?.ingress ?? []).map(({ hostname }) =>
    hostname === undefined || hostname === '' ? 'ip' : 'host',
  )
}
