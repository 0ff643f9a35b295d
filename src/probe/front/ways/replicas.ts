import type { Cluster } from '../../../cluster/index.ts'
import { endpointSlices, services } from '../../../mechanisms/service/objects.ts'
import { endpointsOfPort } from '../../../model/cluster/endpoint.ts'
import { slicesSelector } from '../../../model/cluster/external.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import { waysInto } from '../../../model/cluster/ways.ts'
import { familyOf, parseIp } from '../../../model/common/network/ip.ts'
import type { Front } from '../../plan/options.ts'
import { Collector } from '../../../snapshot/collect.ts'

/** A pod of a gateway, asked past the Service in front of it. */
export interface Replica {
  name: string
  address: string
  port: number
}

/** More are not asked: each takes its share of the run. */
const mostReplicas = 3

/**
 * The pods behind the address of a gateway, a few of them. Empty where no Service has that address, or where it may not be
 * read.
 */
export async function findReplicas(
  cluster: Cluster,
  { address, port }: { address: string; port: number },
  signal: AbortSignal,
): Promise<{ replicas: Replica[]; all: number }> {
  try {
    const { objects } = new Collector(cluster, { signal })
    const all = await objects.list(services, undefined)
    const found = all.known ? behind(all.value, address, port) : undefined
    if (found === undefined) return { replicas: [], all: 0 }
    const { name, namespace = 'default' } = found.service.metadata
    const own = { ...endpointSlices, selector: slicesSelector(name) }
    const slices = await objects.list(own, namespace)
    // Pods of both families have an address of each: a way in leads to those of its own.
    const family = familyOf(parseIp(address) === undefined ? (found.service.spec.clusterIP ?? '') : address)
    const ready = endpointsOfPort(slices.known ? slices.value : [], found.portName).filter(
      (endpoint) => endpoint.ready && endpoint.family === family,
    )
    const replicas = ready.slice(0, mostReplicas).map((endpoint) => ({
      name: endpoint.pod ?? endpoint.address,
      address: endpoint.address,
      port: endpoint.port,
    }))
    return { replicas, all: ready.length }
  } catch {
    return { replicas: [], all: 0 }
  }
}

function behind(
  services: readonly Service[],
  address: string,
  port: number,
): { service: Service; portName: string | undefined } | undefined {
  for (const service of services) {
    if (!waysInto(service).some(({ host }) => host === address)) continue
    const own = (service.spec.ports ?? []).find((one) => one.port === port)
    if (own !== undefined) return { service, portName: own.name }
  }
  return undefined
}

/** One place of a front at each replica by itself. */
export function atReplicas(front: Front, replicas: readonly Replica[]): Front {
  const [place] = front.places
  if (place === undefined) return front
  return {
    ...front,
    places: replicas.map(({ name, address, port }) => ({ ...place, address, port, replica: name })),
  }
}
