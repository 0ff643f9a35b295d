import type { Service, ServicePort } from '../../model/cluster/kubernetes.ts'
import { bracketed } from '../../model/common/network/ip.ts'
import type { Entry, Hop, Leg } from '../../model/affinity/leg.ts'
import { keyOf, refOf } from '../../model/cluster/object.ts'
import { type Policy, servicePolicy, sticks } from '../../model/affinity/policy.ts'
import type { Fact, Store } from '../../model/cluster/store.ts'
import type { ProxyFacts } from '../../model/cluster/snapshot.ts'
import { type ServiceWay, waysInto } from '../../model/cluster/ways.ts'
import type { Kept, Provider } from './balancers/provider.ts'
import { balancerOf } from './balancers/recognise.ts'
import { inputs, type OwnFacts, ownFacts } from './facts.ts'
import { reachNote } from './endpoints/candidates.ts'
import { isGlobal } from './proxies/cilium.ts'
import { addressSeen, outsideOf } from './proxies/outside.ts'
import { semanticsOf } from './proxies/semantics.ts'
import { defined } from '../../model/common/values.ts'

/** The ways into a Service, and what picks the pod behind them. */
export function serviceLegs(service: Service, store: Store): Leg[] {
  const { spec } = service
  if (spec.type === 'ExternalName') return byName(service, spec.externalName ?? '', 'CNAME', 'elsewhere')
  if (spec.clusterIP === 'None') return byName(service, service.metadata.name, 'DNS, all pods', 'pods')
  const object = refOf(service)
  const proxy = store.fact(inputs.proxy)
  const inside = proxyHop(service, proxy)
  const outside = proxyHop(service, outsideOf(proxy))
  const slices = ownOf(service, store)?.slices
  const among = reachNote(service, 'inside', slices)
  const outerReach = reachNote(service, 'outside', slices)
  const shared = isGlobal(service, proxy) ? 'pods of other clusters of the mesh as well' : undefined
  const balancer = providerOf(service, store)
  const seen = addressSeen(service, proxy)
  const isTheirs = spec.type !== 'LoadBalancer' || balancer?.client === 'kept'
  const seenNote = seenWords[seen === 'client' && !isTheirs ? 'arriving' : seen]
  const pods = { from: { object }, to: 'pods', arrival: 'pods' } as const
  return [
    ...entryLegs(service, balancer),
    { ...pods, after: 'cluster-ip', hop: { ...inside, ...noteOf(inside.note, among, shared) } },
    {
      ...pods,
      after: 'node-port',
      hop: { ...outside, ...noteOf(outside.note, outerReach, shared, seenNote) },
    },
  ]
}

const seenWords = {
  client: "pods see the client's address",
  // A load balancer may have put its own in the client's place.
  arriving: 'pods see the address the node sees',
  node: 'pods see the address of the node',
  unknown: undefined,
} as const

/** Undefined for what is no Service of the snapshot. */
function ownOf(service: Service, store: Store): OwnFacts | undefined {
  const own = store.fact(ownFacts)
  return own.known ? own.value.get(keyOf(refOf(service))) : undefined
}

function noteOf(...words: readonly (string | undefined)[]): { note?: string } {
  const said = words.filter((word) => word !== undefined)
  return said.length === 0 ? {} : { note: said.join('; ') }
}

function proxyHop(service: Service, proxy: Fact<ProxyFacts>): Hop {
  const policy = servicePolicy(service)
  const hop: Hop = {
    kind: 'proxy',
    mechanism: proxy.known ? semanticsOf(proxy.value).name : 'Service proxy',
    configuredBy: [refOf(service)],
    policy,
    perNode: true,
  }
  const affinity = proxy.known ? proxy.value.affinity : undefined
  if (affinity === undefined || sticks(policy) === false) return hop
  return affinity.state === 'off'
    ? { ...hop, policy: { kind: 'none' }, note: 'sessionAffinity is switched off in it' }
    : { ...hop, policy: { kind: 'unknown', why: affinity.why } }
}

function providerOf(service: Service, store: Store): Provider | undefined {
  const events = ownOf(service, store)?.events
  return balancerOf(service, defined({ events, cloud: store.fact(inputs.cloud) }))
}

function entryLegs(service: Service, provider: Provider | undefined): Leg[] {
  const { spec } = service
  const of = refOf(service)
  const balancer = balancerHop(provider, service)
  const ways = waysInto(service)
  const isNumbered = ways.some(({ kind }) => kind === 'cluster-ip')
  return (isNumbered ? ways : [...ways, { kind: 'cluster-ip' } satisfies ServiceWay]).map((way): Leg => {
    const isInside = way.kind === 'cluster-ip'
    const entry: Entry = {
      kind: way.kind,
      from: isInside ? 'inside' : 'outside',
      address: addressOf(way, spec.ports ?? []),
      of,
    }
    return {
      from: entry,
      to: { object: of },
      arrival: isInside
        ? 'cluster-ip'
        : way.kind === 'load-balancer' && (provider?.to === 'pods' || provider?.to === 'cluster-ip')
          ? provider.to
          : 'node-port',
      ...(way.kind === 'load-balancer' ? { hop: balancer } : {}),
    }
  })
}

/** What is known of who stands in front of the nodes. */
function balancerHop(provider: Provider | undefined, service: Service): Hop {
  const kept = provider?.keptBy?.(service)
  return {
    kind: 'load-balancer',
    mechanism: provider?.name ?? 'load balancer',
    configuredBy: kept === undefined ? [] : [refOf(service)],
    policy: kept === undefined ? balancerPolicy(provider, servicePolicy(service)) : keptPolicy(kept),
  }
}

function keptPolicy(kept: Kept): Policy {
  if (kept.by === 'address') return { kind: 'hash', of: 'client address' }
  return defined({ kind: 'cookie', madeBy: 'proxy', name: kept.name })
}

function balancerPolicy(provider: Provider | undefined, policy: Policy): Policy {
  if (provider?.affinity === 'follows')
    // Without affinity the ports count as well, or connections go round: each new one may be elsewhere.
    return policy.kind === 'client-ip' ? { kind: 'hash', of: 'client address' } : { kind: 'none' }
  if (provider?.affinity === 'ignores' && provider.keeps === undefined) return { kind: 'none' }
  return { kind: 'unknown', why: 'what a load balancer sticks on is not in the Service' }
}

/** No proxy: what the Service's affinity says is read by nobody. */
function byName(service: Service, address: string, mechanism: string, to: 'pods' | 'elsewhere'): Leg[] {
  const object = refOf(service)
  const hop: Hop = {
    kind: 'dns',
    mechanism,
    configuredBy: [object],
    policy: servicePolicy(service),
    note: 'the client picks an address itself',
  }
  return [
    { from: { kind: 'dns', from: 'inside', address, of: object }, to: { object }, arrival: 'object' },
    { from: { object }, to, arrival: 'object', hop },
  ]
}

function addressOf({ kind, host }: ServiceWay, ports: readonly ServicePort[]): string {
  if (host !== undefined) return withPorts(host, ports)
  if (kind === 'load-balancer') return '<pending>'
  // As yet without one: a manifest.
  if (kind === 'cluster-ip') return withPorts('<cluster IP>', ports)
  const nodePorts = ports.flatMap(({ nodePort }) =>
    nodePort === undefined || nodePort === 0 ? [] : [nodePort],
  )
  return `<node>:${nodePorts.length === 0 ? '<node port>' : [...new Set(nodePorts)].join(',')}`
}

function withPorts(address: string, ports: readonly ServicePort[]): string {
  const numbers = [...new Set(ports.map(({ port }) => port))].join(',')
  return numbers === '' ? bracketed(address) : `${bracketed(address)}:${numbers}`
}

/** Whether its affinity is one that somebody in front could pass by. */
export function hasAffinity(service: Service | undefined): boolean {
  return service !== undefined && sticks(servicePolicy(service)) === true
}
