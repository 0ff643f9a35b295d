import type { Cluster } from '../cluster/index.ts'
import { servicesPath, slicesPath } from '../cluster/paths.ts'
import { endpointsOfPort } from '../model/cluster/endpoint.ts'
import type { EndpointSlice, Service } from '../model/cluster/kubernetes.ts'
import { waysInto } from '../model/cluster/ways.ts'
import type { Front } from '../probe/plan/plan.ts'
import { slicesOf } from '../probe/plan/read.ts'

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
    const services = await Array.fromAsync(cluster.list<Service>(servicesPath(undefined), { signal }))
    const found = behind(services, address, port)
    if (found === undefined) return { replicas: [], all: 0 }
    const { name, namespace = 'default' } = found.service.metadata
    const slices = await Array.fromAsync(
      cluster.list<EndpointSlice>(slicesPath(namespace), { query: slicesOf(name), signal }),
    )
    const ready = endpointsOfPort(slices, found.portName).filter((endpoint) => endpoint.ready)
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
