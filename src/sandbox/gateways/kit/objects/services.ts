import { serviceLabel } from '../../../../model/cluster/external.ts'
import { endpointsOfPort } from '../../../../model/cluster/endpoint.ts'
import type { EndpointSlice, Service } from '../../../../model/cluster/kubernetes.ts'
import { types } from '../../../objects/resource.ts'
import type { ObjectStore } from '../../../objects/store.ts'
import type { Server } from '../choice/balance.ts'

/** What a gateway finds behind a port of a Service. */
export interface ServiceBackends {
  service: Service
  /** The port's number. */
  port: number
  ready: Server[]
  /** Pods that end and still answer. */
  draining: Server[]
  /** The Service's own address. */
  own: Server
}

/** Which a gateway has to look at again when it follows Services. */
export const serviceTypes = [types.services, types.endpointslices]

/** @param port its number or name; without one, the first */
export function backendsOf(
  store: ObjectStore,
  namespace: string,
  name: string,
  port: string | undefined,
): ServiceBackends | undefined {
  const service = store.find(types.services, namespace, name) as unknown as Service | undefined
  const found = service?.spec.ports?.find(
    (one) => port === undefined || String(one.port) === port || one.name === port,
  )
  if (service === undefined || found === undefined) return undefined
  const slices = store
    .list(types.endpointslices, namespace)
    .filter(({ metadata }) => metadata.labels?.[serviceLabel] === name)
  const endpoints = endpointsOfPort(slices as unknown as EndpointSlice[], found.name)
  const serversOf = (chosen: typeof endpoints): Server[] =>
    chosen.map(({ address, port: number }) => ({ address, port: number }))
  return {
    service,
    port: found.port,
    ready: serversOf(endpoints.filter(({ ready }) => ready)),
    draining: serversOf(endpoints.filter(({ serving, terminating }) => serving && terminating)),
    own: { address: service.spec.clusterIP ?? '', port: found.port },
  }
}
