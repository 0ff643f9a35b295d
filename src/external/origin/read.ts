import { type Cluster, isNotFound } from '../../cluster/index.ts'
import { gatewaysPath, ingressesPath, nodesPath, servicesPath, slicesPath } from '../../cluster/paths.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { parseIp } from '../../model/common/network/ip.ts'
import { messageOf, type Remedy, UserError } from '../../model/common/user-error.ts'
import { serviceLabel } from '../../model/cluster/external.ts'
import {
  type AddressedNode,
  type OriginGateway,
  gatewayOffer,
  type Ingress,
  ingressOffer,
  nodePortOffer,
  type Offer,
  type OfferedPort,
  serviceOffer,
} from './offer.ts'
import type { FromRef } from './refs.ts'

/** What to read of another cluster. */
export interface OriginRequest {
  refs: readonly FromRef[]
  namespace: string
  nodePort: boolean
}

/** An address that was read, resolved where it was a name. */
interface OriginAddress {
  address: string
  origin: string
  hostname?: string
}

/** What one object offers, with IP addresses. */
export interface ResolvedOrigin {
  ref: FromRef
  addresses: readonly OriginAddress[]
  ports: readonly OfferedPort[]
}

/** Something to know about what was found, and what one could do about it. */
export interface Note {
  text: string
  remedy?: Remedy
}

export interface ReadOrigin {
  resolved: readonly ResolvedOrigin[]
  /** Objects without an address (yet). */
  pending: readonly FromRef[]
  notes: readonly Note[]
}

/** The addresses of a host name. Rejects when there are none. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>

/** The lists that hold the objects, for a watch of each. */
export function originLists({
  refs,
  namespace,
  nodePort,
}: OriginRequest): { path: string; query: Record<string, string> }[] {
  return [
    ...refs.map(({ kind, name }) => ({
      path: listPaths[kind](namespace),
      query: { fieldSelector: `metadata.name=${name}` },
    })),
    ...(nodePort ? [{ path: nodesPath, query: {} }] : []),
  ]
}

const listPaths = { service: servicesPath, gateway: gatewaysPath, ingress: ingressesPath } as const

export interface OriginReadOptions {
  resolve: ResolveHost
  signal: AbortSignal
  /** What is not there (any more) counts as pending. */
  lenient?: boolean
}

/** Reads all objects at once. Rejects with UserError for one that does not exist or can have no address. */
export async function readOrigin(
  cluster: Cluster,
  request: OriginRequest,
  { resolve, signal, lenient = false }: OriginReadOptions,
): Promise<ReadOrigin> {
  const offers = await Promise.all(
    request.refs.map(async (ref): Promise<Offer> => {
      const reading = readOne(cluster, ref, request, signal)
      if (!lenient) return await reading
      return await reading.catch((error: unknown) => {
        if (error instanceof UserError) return { addresses: [], ports: [] }
        throw error
      })
    }),
  )
  const resolved: ResolvedOrigin[] = []
  const notes: Note[] = []
  for (const [index, offer] of offers.entries()) {
    const ref = request.refs[index]!
    const found = await Promise.all(offer.addresses.map((one) => resolveOne(one, resolve)))
    notes.push(
      ...found.flatMap(({ note }) => note ?? []),
      ...(offer.note === undefined ? [] : [{ text: offer.note }]),
    )
    resolved.push({ ref, addresses: found.flatMap(({ addresses }) => addresses), ports: offer.ports })
  }
  const pending = resolved.filter(({ addresses }) => addresses.length === 0).map(({ ref }) => ref)
  return { resolved, pending, notes }
}

async function resolveOne(
  { host, origin }: Offer['addresses'][number],
  resolve: ResolveHost,
): Promise<{ addresses: OriginAddress[]; note?: Note }> {
  const ip = parseIp(host)
  if (ip !== undefined) return { addresses: [{ address: ip.text, origin }] }
  let found: readonly string[]
  try {
    found = await resolve(host)
  } catch (error) {
    throw new UserError(`${origin} has the host name ${host}, which cannot be resolved here`, {
      hints: [messageOf(error)],
      cause: error,
    })
  }
  const addresses = [...new Set(found.flatMap((text) => parseIp(text)?.text ?? []))].sort()
  return {
    addresses: addresses.map((address) => ({ address, origin, hostname: host })),
    note: {
      text: `${origin} has the host name ${host}: the addresses behind a name may change`,
      remedy: { remedy: 'keep-following' },
    },
  }
}

async function readOne(
  cluster: Cluster,
  ref: FromRef,
  { namespace, nodePort }: OriginRequest,
  signal: AbortSignal,
): Promise<Offer> {
  const path = `${listPaths[ref.kind](namespace)}/${encodeURIComponent(ref.name)}`
  try {
    if (ref.kind === 'gateway')
      return gatewayOffer(await cluster.get<OriginGateway>(path, { signal }), ref.text)
    if (ref.kind === 'ingress') return ingressOffer(await cluster.get<Ingress>(path, { signal }), ref.text)
    const service = await cluster.get<Service>(path, { signal })
    return nodePort ? await readNodePorts(cluster, service, ref, signal) : balanced(service, ref, cluster)
  } catch (error) {
    if (isNotFound(error)) throw notThere(ref, namespace, cluster, error)
    throw error
  }
}

function balanced(service: Service, ref: FromRef, cluster: Cluster): Offer {
  const { type = 'ClusterIP' } = service.spec
  if (type !== 'LoadBalancer' && (service.status?.loadBalancer?.ingress ?? []).length === 0)
    throw new UserError(
      `${ref.text} of ${clusterWords(cluster)} is of type ${type}: it has no address that is reachable from outside`,
      {
        hints: [
          'make it one of type LoadBalancer',
          ...(type === 'NodePort' ? [{ remedy: 'use-node-ports' } as const] : []),
        ],
      },
    )
  return serviceOffer(service, ref.text)
}

async function readNodePorts(
  cluster: Cluster,
  service: Service,
  ref: FromRef,
  signal: AbortSignal,
): Promise<Offer> {
  if ((service.spec.ports ?? []).every(({ nodePort }) => nodePort === undefined || nodePort === 0))
    throw new UserError(
      `${ref.text} of ${clusterWords(cluster)} has no node ports: it is of type ${service.spec.type ?? 'ClusterIP'}`,
      { hints: [{ remedy: 'use-load-balancer' }] },
    )
  const isLocal = service.spec.externalTrafficPolicy === 'Local'
  const { namespace = 'default', name } = service.metadata
  const [nodes, slices] = await Promise.all([
    Array.fromAsync(cluster.list<AddressedNode>(nodesPath, { signal })),
    isLocal
      ? Array.fromAsync(
          cluster.list<EndpointSlice>(slicesPath(namespace), {
            query: { labelSelector: `${serviceLabel}=${name}` },
            signal,
          }),
        )
      : [],
  ])
  return nodePortOffer(service, nodes, slices, ref.text)
}

function notThere(
  { kind, name, text }: FromRef,
  namespace: string,
  cluster: Cluster,
  cause: unknown,
): UserError {
  return new UserError(
    `${text}: ${kind} "${name}" not found in namespace "${namespace}" of ${clusterWords(cluster)}`,
    {
      hints: [
        { remedy: 'list-objects', kind, namespace, context: cluster.contextName },
        { remedy: 'other-namespace' },
      ],
      cause,
    },
  )
}

/** `context "peer"`, or the server where there is no context. */
export function clusterWords({ contextName, server }: Cluster): string {
  return contextName === undefined ? server : `context "${contextName}"`
}
