import type { EndpointSlice, Service } from '../../model/kubernetes.ts'
import type { LooseObject } from '../../model/object.ts'
import { list, record } from '../kit/loose.ts'

/** A Service whose fields are of the types that analyzers expect; what is of another type was reported and is left out. */
export function tidyService(service: LooseObject): Service {
  const spec = record(service.spec)
  const ports = list(spec['ports'])
    .map(record)
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
  return { ...service, kind: 'Service', spec: Object.fromEntries(good), status: {} }
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
