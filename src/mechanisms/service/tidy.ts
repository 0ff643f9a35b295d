import type { EndpointSlice, Service } from '../../model/kubernetes.ts'
import type { LooseObject } from '../../model/object.ts'
import { list, record } from '../kit/loose.ts'

/** A Service whose fields are of the types that analyzers expect; what is of another type was reported and is left out. */
export function tidyService(service: LooseObject): Service {
  const spec = withoutNulls(record(service.spec))
  const ports = list(spec['ports'])
    .map((port) => withoutNulls(record(port)))
    .filter((port) => typeof port['port'] === 'number')
  const config = record(record(spec['sessionAffinityConfig'])['clientIP'])
  const timeout = config['timeoutSeconds']
  const kept = {
    ...spec,
    ports,
    selector: record(spec['selector']),
    clusterIPs: undefined,
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
    return { addresses: list(addresses).map(String), conditions: record(conditions) }
  })
  return {
    ...object,
    addressType: String(addressType),
    endpoints: entries,
    ports: list(ports).map(record),
  } as unknown as EndpointSlice
}
