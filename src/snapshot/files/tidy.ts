import type { EndpointSlice, Service } from '../../model/kubernetes.ts'
import type { LooseObject } from '../../model/snapshot.ts'
import { asRecord } from './record.ts'

/** A Service whose fields are of the types that analyzers expect; what is of another type was reported and is left out. */
export function tidyService(service: Service): Service {
  const spec = asRecord(service.spec)
  const ports = Array.isArray(spec['ports'])
    ? (spec['ports'] as unknown[]).map(asRecord).filter((port) => typeof port['port'] === 'number')
    : []
  const config = asRecord(asRecord(spec['sessionAffinityConfig'])['clientIP'])
  const timeout = config['timeoutSeconds']
  const kept = {
    ...spec,
    ports,
    selector: asRecord(spec['selector']),
    clusterIPs: undefined,
    externalIPs: Array.isArray(spec['externalIPs']) ? (spec['externalIPs'] as unknown[]).map(String) : [],
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
  return { ...service, spec: Object.fromEntries(good), status: {} }
}

/** The same for an EndpointSlice. */
export function tidySlice(object: LooseObject): EndpointSlice {
  const { endpoints, ports, addressType } = object as unknown as Record<string, unknown>
  const entries = (Array.isArray(endpoints) ? (endpoints as unknown[]) : []).map((endpoint) => {
    const { addresses, conditions } = asRecord(endpoint)
    const list = (Array.isArray(addresses) ? (addresses as unknown[]) : []).map(String)
    return { addresses: list, conditions: asRecord(conditions) }
  })
  const list = (Array.isArray(ports) ? (ports as unknown[]) : []).map(asRecord)
  return {
    ...object,
    addressType: String(addressType),
    endpoints: entries,
    ports: list,
  } as unknown as EndpointSlice
}
