import { at, list, record, text } from '../../../mechanisms/kit/objects/loose.ts'
import { services } from '../../../mechanisms/service/objects.ts'
import { familyOf } from '../../../model/common/network/ip.ts'
import { waysInto } from '../../../model/cluster/ways.ts'
import type { ObjectReader } from '../../../snapshot/cluster/objects.ts'
import { type Parents, type Reached, readParents } from './parents.ts'

/** An address at which something in front is reached. */
export interface FoundAddress {
  address: string
  /** Where it stands, in words. */
  from: string
  /** The namespace of the Service, where it is one's. */
  namespace?: string
  /** By a name, and not by what the objects say of each other. */
  isGuess?: boolean
}

/**
 * The address behind which an object's gateway listens: what its status says, else that of the Gateway which it names, else
 * that of the Service of the gateway's pods, which for an Ingress is the only one that carries the name of its controller.
 * Undefined where no object tells.
 *
 * @param by the controller, as people call it
 * @param parents the Gateways that it names, where they are read already
 */
export async function findAddress(
  objects: ObjectReader,
  object: Reached,
  by: string | undefined,
  parents?: Parents,
): Promise<FoundAddress | undefined> {
  const own = addressIn(at(object.status, 'loadBalancer.ingress'))
  if (own !== undefined) return { address: own, from: 'its status' }
  const { gateways, istio } = parents ?? (await readParents(objects, object))
  for (const gateway of gateways) {
    const address = addressIn(at(gateway.status, 'addresses'))
    if (address !== undefined) return { address, from: `gateway/${gateway.metadata.name}` }
  }
  for (const gateway of istio) {
    const found = await serviceOfPods(objects, record(at(gateway.spec, 'selector')))
    if (found !== undefined) return found
  }
  const named = by === undefined ? undefined : await serviceOfPods(objects, { [nameLabel]: productOf(by) })
  return named === undefined ? undefined : { ...named, isGuess: true }
}

/** `Traefik (for ingress-nginx)` → `traefik`. */
function productOf(by: string): string {
  return by.replace(/ \(.*$/, '').toLowerCase()
}

/** What charts call the pods of a product. */
const nameLabel = 'app.kubernetes.io/name'

/** The Service in front of pods with these labels that has an address. */
async function serviceOfPods(
  objects: ObjectReader,
  labels: Readonly<Record<string, unknown>>,
): Promise<FoundAddress | undefined> {
  const wanted = Object.entries(labels)
  if (wanted.length === 0) return undefined
  const all = await objects.list(services, undefined)
  if (!all.known) return undefined
  const own = all.value.filter(({ spec: { selector } }) =>
    wanted.every(([key, value]) => selector?.[key] === value),
  )
  const [only, ...others] = own.flatMap((service) => {
    const ways = waysInto(service).filter(({ host }) => host !== undefined)
    const address = preferred(ways.flatMap(({ kind, host }) => (kind === ways[0]?.kind ? (host ?? []) : [])))
    const { name, namespace = 'default' } = service.metadata
    return address === undefined
      ? []
      : [{ address, from: `service/${name} in namespace ${namespace}`, namespace }]
  })
  return others.length === 0 ? only : undefined
}

/** One of `[{ip}]`, `[{hostname}]` or `[{value}]`. */
function addressIn(addresses: unknown): string | undefined {
  return preferred(
    list(addresses).flatMap((one) => {
      const { ip, hostname, value } = record(one)
      return text(ip) ?? text(hostname) ?? text(value) ?? []
    }),
  )
}

/** The first, but IPv6 last: a Service may have both families though its gateway listens in IPv4 only, as Istio's does unless it is told. */
function preferred(addresses: readonly string[]): string | undefined {
  const given = addresses.filter((address) => address !== '')
  return given.find((address) => familyOf(address) !== 'IPv6') ?? given[0]
}
