import type { Front } from '../mechanisms/front.ts'
import { frontsOf } from '../mechanisms/index.ts'
import { endpointsOfPort } from '../model/endpoint.ts'
import { originsIn } from '../model/external.ts'
import type { Entry, Path } from '../model/entry.ts'
import type { Hop } from '../model/hop.ts'
import type { ServicePort } from '../model/kubernetes.ts'
import type { Fact } from '../model/fact.ts'
import { type Way, waysInto } from '../model/ways.ts'
import { semanticsOf } from '../proxies/semantics.ts'
import { countEndpoints, hasSelector, type Inputs, isProxied, type Subject } from './analyzer.ts'

type PathInput = 'slices' | 'proxy' | 'ingresses' | 'ingressClasses' | 'routes'
type PathFacts = { [Name in PathInput]: Fact<Inputs[Name]> }

/** Every way to the pods of a Service, from outside to inside; what is unknown is left out or named so. */
export function pathOf(subject: Subject, facts: PathFacts): Path {
  const entries = [...frontEntries(subject, facts), ...serviceEntries(subject, facts)]
  const endpoints = summary(subject, facts.slices)
  const outside = outsideEndpoints(subject, facts.slices)
  return {
    entries,
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(outside.length === 0 ? {} : { outside }),
  }
}

function frontEntries(subject: Subject, { ingresses, routes, ingressClasses, proxy }: PathFacts): Entry[] {
  const objects = [...(ingresses.known ? ingresses.value : []), ...(routes.known ? routes.value : [])]
  const classes = ingressClasses.known ? ingressClasses.value : {}
  return frontsOf(subject.service, { ingressClasses: classes, objects }).flatMap((front) => {
    const addresses = front.addresses.length === 0 ? [`${subject.ref.name} (mesh)`] : front.addresses
    const hops = frontHops(front, subject, proxy)
    return addresses.map((address): Entry => ({
      kind: front.kind === 'ingress' ? 'ingress' : 'route',
      from: front.kind === 'mesh' ? 'inside' : 'outside',
      address,
      hops,
    }))
  })
}

function frontHops(front: Front, subject: Subject, proxy: PathFacts['proxy']): Hop[] {
  const goesToPods = front.via === 'pods' || front.via === 'unknown'
  const hop: Hop = {
    kind: front.kind,
    mechanism: front.mechanism,
    object: front.object,
    policy: front.policy,
    role: front.via === 'unknown' ? 'unknown' : goesToPods ? 'decides' : 'picks',
  }
  if (front.via === 'unknown')
    return [{ ...hop, note: 'most controllers go to the pods directly; this one is not known' }]
  if (!goesToPods) {
    const clients =
      front.via === 'nodes'
        ? "the load balancer's nodes are the clients"
        : 'its own addresses are the clients'
    return [{ ...hop, note: clients }, proxyHop(subject, proxy, 'decides')]
  }
  if (subject.policy.kind === 'none') return [hop]
  return [{ ...hop, note: "goes to the pods directly: the Service's affinity plays no part" }]
}

function serviceEntries(subject: Subject, { proxy }: PathFacts): Entry[] {
  const { spec } = subject.service
  const ports = spec.ports ?? []
  if (spec.type === 'ExternalName') {
    return [
      { kind: 'dns', from: 'inside', address: spec.externalName ?? '', hops: [dnsHop(subject, 'CNAME')] },
    ]
  }
  if (spec.clusterIP === 'None') {
    return [
      { kind: 'dns', from: 'inside', address: subject.ref.name, hops: [dnsHop(subject, 'DNS, all pods')] },
    ]
  }
  const inside = proxyHop(subject, proxy, 'decides')
  const local = spec.externalTrafficPolicy === 'Local'
  const outside: Hop = local
    ? { ...inside, note: "pods on the same node only; pods see the client's address" }
    : { ...inside, note: 'pods see the address of the node' }
  const balancer: Hop = {
    kind: 'load-balancer',
    mechanism: 'load balancer',
    policy: { kind: 'unknown' },
    role: 'picks',
  }
  const ways = waysInto(subject.service)
  const isNumbered = ways.some(({ kind }) => kind === 'cluster-ip')
  return (isNumbered ? ways : [...ways, { kind: 'cluster-ip' } satisfies Way]).map((way): Entry => ({
    kind: way.kind,
    from: way.kind === 'cluster-ip' ? 'inside' : 'outside',
    address: addressOf(way, ports),
    hops:
      way.kind === 'cluster-ip' ? [inside] : way.kind === 'load-balancer' ? [balancer, outside] : [outside],
  }))
}

function addressOf({ kind, host }: Way, ports: readonly ServicePort[]): string {
  if (host !== undefined) return withPorts(host, ports)
  if (kind === 'load-balancer') return '<pending>'
  // As yet without one: a manifest.
  if (kind === 'cluster-ip') return withPorts('<cluster IP>', ports)
  const nodePorts = ports.flatMap(({ nodePort }) =>
    nodePort === undefined || nodePort === 0 ? [] : [nodePort],
  )
  return `<node>:${nodePorts.join(',')}`
}

function proxyHop({ policy, ref }: Subject, proxy: PathFacts['proxy'], role: Hop['role']): Hop {
  return {
    kind: 'proxy',
    mechanism: proxy.known ? semanticsOf(proxy.value).name : 'Service proxy',
    object: { kind: 'Service', ...ref },
    policy,
    role,
    perNode: true,
  }
}

/** No proxy: what the Service's affinity says is read by nobody. */
function dnsHop({ policy, ref }: Subject, mechanism: string): Hop {
  return {
    kind: 'dns',
    mechanism,
    object: { kind: 'Service', ...ref },
    policy,
    role: policy.kind === 'none' ? 'picks' : 'no-effect',
    note: 'the client picks an address itself',
  }
}

function withPorts(address: string, ports: readonly ServicePort[]): string {
  const host = address.includes(':') ? `[${address}]` : address
  return ports.length === 0 ? host : `${host}:${[...new Set(ports.map(({ port }) => port))].join(',')}`
}

/** Endpoints of a Service that selects no pods, as long as they are none. */
export function outsideEndpoints(
  subject: Subject,
  slices: PathFacts['slices'],
): NonNullable<Path['outside']> {
  if (!slices.known || hasSelector(subject) || !isProxied(subject)) return []
  const origins = new Map(slices.value.flatMap((slice) => [...originsIn(slice)]))
  const all = (subject.service.spec.ports ?? []).flatMap((port) => endpointsOfPort(slices.value, port.name))
  return all
    .filter(({ pod }) => pod === undefined)
    .map(({ address, port, ready }) => {
      const origin = origins.get(address)
      return { address, port, ready, ...(origin === undefined ? {} : { origin }) }
    })
}

function summary({ service }: Subject, slices: PathFacts['slices']): Path['endpoints'] {
  if (!slices.known || service.spec.type === 'ExternalName') return undefined
  const all = (service.spec.ports ?? []).flatMap((port) => endpointsOfPort(slices.value, port.name))
  const ready = all.filter((endpoint) => endpoint.ready)
  const nodes = new Set(ready.flatMap(({ node }) => (node === undefined ? [] : [node])))
  return {
    ready: countEndpoints(ready),
    total: countEndpoints(all),
    nodes: nodes.size,
  }
}
