import type { Cluster } from '../cluster/index.ts'
import { listPath, servicesPath } from '../cluster/paths.ts'
import { at, list, record, text } from '../mechanisms/kit/loose.ts'
import type { Service } from '../model/cluster/kubernetes.ts'
import type { LooseObject } from '../model/cluster/object.ts'
import { waysInto } from '../model/cluster/ways.ts'

/** An address at which something in front is reached. */
export interface FoundAddress {
  address: string
  /** Where it stands, in words. */
  from: string
  /** By a name, and not by what the objects say of each other. */
  isGuess?: boolean
}

/**
 * The address behind which an object's gateway listens: what its status says, else that of the Gateway which it names, else
 * that of the Service of the gateway's pods, which for an Ingress is the only one that carries the name of its controller.
 * Undefined where no object tells.
 *
 * @param by the controller, as people call it
 */
export async function findAddress(
  cluster: Cluster,
  object: LooseObject & { status?: unknown },
  by: string | undefined,
  signal: AbortSignal,
): Promise<FoundAddress | undefined> {
  const own = addressIn(at(object.status, 'loadBalancer.ingress'))
  if (own !== undefined) return { address: own, from: 'its status' }
  const namespace = object.metadata.namespace ?? 'default'
  for (const parent of list(at(object.spec, 'parentRefs'))) {
    const { name, namespace: other } = record(parent)
    const gateway = await read(cluster, gatewayApi, text(other) ?? namespace, text(name) ?? '', signal)
    const address = addressIn(at(gateway?.status, 'addresses'))
    if (address !== undefined) return { address, from: `gateway/${text(name) ?? ''}` }
  }
  for (const word of list(at(object.spec, 'gateways'))) {
    const [name = '', other] = (text(word) ?? '').split('/').toReversed()
    if (name === 'mesh') continue
    const gateway = await read(cluster, istio, other ?? namespace, name, signal)
    const selector = record(at(gateway?.spec, 'selector'))
    const found = await serviceOfPods(cluster, selector, signal)
    if (found !== undefined) return found
  }
  const named =
    by === undefined ? undefined : await serviceOfPods(cluster, { [nameLabel]: by.toLowerCase() }, signal)
  return named === undefined ? undefined : { ...named, isGuess: true }
}

/** What charts call the pods of a product. */
const nameLabel = 'app.kubernetes.io/name'

const gatewayApi = { api: '/apis/gateway.networking.k8s.io/v1', resource: 'gateways' }
const istio = { api: '/apis/networking.istio.io/v1', resource: 'gateways' }

async function read(
  cluster: Cluster,
  { api, resource }: { api: string; resource: string },
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<(LooseObject & { status?: unknown }) | undefined> {
  try {
    return await cluster.get<LooseObject>(
      `${listPath(api, resource, namespace)}/${encodeURIComponent(name)}`,
      {
        signal,
      },
    )
  } catch {
    // Not there, or not to be read: the user can say the address.
    return undefined
  }
}

/** The Service in front of pods with these labels that has an address. */
async function serviceOfPods(
  cluster: Cluster,
  labels: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<FoundAddress | undefined> {
  const wanted = Object.entries(labels)
  if (wanted.length === 0) return undefined
  let services: Service[]
  try {
    services = await Array.fromAsync(cluster.list<Service>(servicesPath(undefined), { signal }))
  } catch {
    return undefined
  }
  const own = services.filter(({ spec: { selector } }) =>
    wanted.every(([key, value]) => selector?.[key] === value),
  )
  const [only, ...others] = own.flatMap((service) => {
    const address = waysInto(service).find(({ host }) => host !== undefined)?.host
    const { name, namespace = 'default' } = service.metadata
    return address === undefined ? [] : [{ address, from: `service/${name} in namespace ${namespace}` }]
  })
  return others.length === 0 ? only : undefined
}

/** The first one of `[{ip}]`, `[{hostname}]` or `[{value}]`. */
function addressIn(addresses: unknown): string | undefined {
  for (const one of list(addresses)) {
    const { ip, hostname, value } = record(one)
    const address = text(ip) ?? text(hostname) ?? text(value)
    if (address !== undefined && address !== '') return address
  }
  return undefined
}
