import type { EndpointSlice, KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import type { Protocol, ExternalPort } from '../types.ts'

/** A port of the other side: how it is found, and where it is served. */
export interface OfferedPort extends ExternalPort {
  at: number
}

/** What one object of the other cluster offers. Addresses are IP addresses or host names. */
export interface Offer {
  /** `svc/backend1-lb`, and where one object has several kinds of addresses, more: `svc/x on node1`. */
  addresses: readonly { host: string; origin: string }[]
  ports: readonly OfferedPort[]
  /** Something to know about it. */
  note?: string
}

interface LoadBalanced {
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
}

/** An address of the load balancer: the IP where there is one. */
function ingressHosts({ status }: LoadBalanced): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? [])
}

export function serviceOffer(service: Service, origin: string): Offer {
  return {
    addresses: ingressHosts(service).map((host) => ({ host, origin })),
    ports: portsOf(service).map((port) => ({ ...port, at: port.port })),
  }
}

/** A node as far as its address matters. */
export type AddressedNode = KubernetesObject & {
  spec?: { unschedulable?: boolean }
  status?: {
    addresses?: { type: string; address: string }[]
    conditions?: { type: string; status: string }[]
  }
}

/**
 * Every ready node serves node ports; with externalTrafficPolicy Local those alone that have a ready endpoint. The
 * internal addresses are taken (every family has one), the external ones where there are no others.
 */
export function nodePortOffer(
  service: Service,
  nodes: readonly AddressedNode[],
  slices: readonly EndpointSlice[],
  origin: string,
): Offer {
  const isLocal = service.spec.externalTrafficPolicy === 'Local'
  const serving = new Set(
    slices.flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ conditions, nodeName }) =>
        nodeName !== undefined && (conditions?.ready ?? true) ? [nodeName] : [],
      ),
    ),
  )
  const usable = nodes.filter(({ metadata, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
    return ready && (!isLocal || serving.has(metadata.name))
  })
  return {
    addresses: usable.flatMap((node) =>
      nodeAddresses(node).map((host) => ({ host, origin: `${origin} on ${node.metadata.name}` })),
    ),
    ports: (service.spec.ports ?? []).flatMap((port, index) => {
      const known = portsOf(service)[index]
      return port.nodePort === undefined || port.nodePort === 0 || known === undefined
        ? []
        : [{ ...known, at: port.nodePort }]
    }),
    ...(isLocal
      ? { note: `${origin} has externalTrafficPolicy Local: only nodes with an endpoint are used` }
      : {}),
  }
}

function nodeAddresses({ status }: AddressedNode): string[] {
  const of = (wanted: string): string[] =>
    (status?.addresses ?? []).flatMap(({ type, address }) => (type === wanted ? [address] : []))
  const internal = of('InternalIP')
  return internal.length > 0 ? internal : of('ExternalIP')
}

export interface OriginGateway extends KubernetesObject {
  spec?: { listeners?: { name: string; port: number; protocol: string }[] }
  status?: { addresses?: { type?: string; value: string }[] }
}

/** gateway.networking.k8s.io/v1. Listeners share ports; a port is named after its first one. */
export function gatewayOffer({ spec, status }: OriginGateway, origin: string): Offer {
  const ports = new Map<string, OfferedPort>()
  for (const { name, port, protocol } of spec?.listeners ?? []) {
    const carried: Protocol = protocol === 'UDP' ? 'UDP' : 'TCP'
    const key = `${port}/${carried}`
    if (!ports.has(key)) ports.set(key, { name, port, protocol: carried, at: port })
  }
  return {
    addresses: (status?.addresses ?? []).map(({ value }) => ({ host: value, origin })),
    ports: [...ports.values()],
    note: `${origin} picks its backends by host name and path: requests have to carry what its routes want`,
  }
}

export type Ingress = KubernetesObject & LoadBalanced & { spec?: { tls?: unknown[] } }

/** An Ingress serves the ports of its controller: 80, and 443 where it has certificates. */
export function ingressOffer(ingress: Ingress, origin: string): Offer {
  const http: OfferedPort = { name: 'http', port: 80, protocol: 'TCP', at: 80 }
  const https: OfferedPort = { name: 'https', port: 443, protocol: 'TCP', at: 443 }
  return {
    addresses: ingressHosts(ingress).map((host) => ({ host, origin })),
    ports: (ingress.spec?.tls ?? []).length > 0 ? [http, https] : [http],
    note: `${origin} picks its backends by host name and path: requests have to carry what its rules want`,
  }
}

function portsOf({ spec }: Service): ExternalPort[] {
  return (spec.ports ?? []).map(({ port, name, protocol = 'TCP' }) => ({
    port,
    protocol,
    ...(name === undefined || name === '' ? {} : { name }),
  }))
}
