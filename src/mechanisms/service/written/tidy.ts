import { sliceManagerLabel, mirrorController, serviceLabel } from '../../../model/cluster/external.ts'
import type { EndpointSlice, Service, SliceEndpoint } from '../../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../../model/cluster/object.ts'
import { list, record } from '../../kit/objects/loose.ts'
import { defined } from '../../../model/common/values.ts'

/** A Service whose fields are of the types that analyzers expect; what is of another type was reported and is left out. */
export function tidyService(service: LooseObject): Service {
  const spec = withoutNulls(record(service.spec))
  const ports = list(spec['ports'])
    .map((port) => withoutNulls(record(port)))
    .filter((port) => typeof port['port'] === 'number')
    .map(({ name, ...port }) => (typeof name === 'string' ? { ...port, name } : port))
  const addresses = list(spec['clusterIPs']).filter((address) => typeof address === 'string')
  const config = record(record(spec['sessionAffinityConfig'])['clientIP'])
  const timeout = config['timeoutSeconds']
  const kept = {
    ...spec,
    ports,
    selector: record(spec['selector']),
    clusterIPs: addresses.length > 0 ? addresses : undefined,
    ipFamilies: list(spec['ipFamilies']).filter((family) => family === 'IPv4' || family === 'IPv6'),
    externalIPs: list(spec['externalIPs']).map(String),
    sessionAffinityConfig:
      spec['sessionAffinityConfig'] === undefined
        ? undefined
        : { clientIP: typeof timeout === 'number' ? { timeoutSeconds: timeout } : {} },
  }
  const bad = new Set<string>(
    ['clusterIP', 'externalName', 'type', 'loadBalancerClass'].filter(
      (key) => spec[key] !== undefined && typeof spec[key] !== 'string',
    ),
  )
  const good = Object.entries(kept).filter(([key, value]) => value !== undefined && !bad.has(key))
  return { ...service, kind: 'Service', spec: Object.fromEntries(good), status: statusOf(service) }
}

/** Null is the same as leaving a field out. */
function withoutNulls(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

/** A dump of a cluster holds the status; its addresses are read, and who wrote conditions. */
function statusOf(service: LooseObject): NonNullable<Service['status']> {
  const { loadBalancer, conditions } = record((service as { status?: unknown }).status)
  const ingress = list(record(loadBalancer)['ingress']).map((item) => {
    const texts = Object.entries(record(item)).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(texts)
  })
  const types = list(conditions).flatMap((condition) => {
    const { type } = record(condition)
    return typeof type === 'string' ? [{ type, status: 'Unknown' as const }] : []
  })
  return { loadBalancer: { ingress }, conditions: types }
}

/** The same for an EndpointSlice. */
export function tidySlice(object: LooseObject): EndpointSlice {
  const { endpoints, ports, addressType } = object as unknown as Record<string, unknown>
  const entries = list(endpoints).map((endpoint) => {
    const { addresses, conditions } = record(endpoint)
    const { nodeName, zone, targetRef, hints } = record(endpoint)
    return {
      addresses: list(addresses).map(String),
      conditions: record(conditions),
      ...(typeof nodeName === 'string' ? { nodeName } : {}),
      ...(typeof zone === 'string' ? { zone } : {}),
      ...(typeof record(targetRef)['name'] === 'string' ? { targetRef: record(targetRef) } : {}),
      ...(hints === undefined ? {} : { hints: hintsOf(record(hints)) }),
    }
  })
  return {
    ...object,
    addressType: String(addressType),
    endpoints: entries,
    ports: list(ports).map(record),
  } as unknown as EndpointSlice
}

function hintsOf(hints: Readonly<Record<string, unknown>>): Record<string, { name: string }[]> {
  const named = (value: unknown): { name: string }[] =>
    list(value).flatMap((item) => {
      const { name } = record(item)
      return typeof name === 'string' ? [{ name }] : []
    })
  return { forNodes: named(hints['forNodes']), forZones: named(hints['forZones']) }
}

/**
 * The slices that a cluster makes of an Endpoints object for a Service without selector: one for each subset and family
 * (kubernetes/kubernetes pkg/controller/endpointslicemirroring). They stand where the Endpoints stand.
 */
export function mirrored(object: LooseObject, by: string = mirrorController): EndpointSlice[] {
  const { subsets } = object as unknown as Record<string, unknown>
  const { name, namespace } = object.metadata
  return list(subsets).flatMap((subset, index) => {
    const { addresses, notReadyAddresses, ports } = record(subset)
    const ready = list(addresses).map((item) => endpointOf(record(item), true))
    const others = list(notReadyAddresses).map((item) => endpointOf(record(item), false))
    const families = Map.groupBy([...ready, ...others], (endpoint) =>
      endpoint.addresses[0]?.includes(':') === true ? 'IPv6' : 'IPv4',
    )
    return [...families].map(
      ([addressType, endpoints]) =>
        ({
          // As its source is called: findings stand there.
          apiVersion: object.apiVersion,
          kind: object.kind,
          metadata: defined({ name, namespace, labels: { [serviceLabel]: name, [sliceManagerLabel]: by } }),
          addressType,
          endpoints,
          ports: list(ports).map((port) => withoutNulls(record(port))),
          field: `subsets[${index}]`,
        }) as unknown as EndpointSlice,
    )
  })
}

/** Endpoints that the controller of selectors wrote (kubernetes/kubernetes pkg/controller/endpoint): people name no pods. */
export function isOfController({ metadata, subsets }: Readonly<Record<string, unknown>>): boolean {
  const { labels, annotations } = record(metadata)
  const addresses = list(subsets)
    .map(record)
    .flatMap((subset) => [...list(subset['addresses']), ...list(subset['notReadyAddresses'])])
  return (
    addresses.some((item) => record(record(item)['targetRef'])['kind'] === 'Pod') ||
    record(labels)['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller' ||
    record(annotations)['endpoints.kubernetes.io/last-change-trigger-time'] !== undefined
  )
}

function endpointOf(item: Readonly<Record<string, unknown>>, ready: boolean): SliceEndpoint {
  const { ip, nodeName, targetRef } = item
  return {
    addresses: [String(ip)],
    conditions: { ready },
    ...(typeof record(targetRef)['name'] === 'string' ? { targetRef: record(targetRef) } : {}),
    ...(typeof nodeName === 'string' ? { nodeName } : {}),
  }
}
