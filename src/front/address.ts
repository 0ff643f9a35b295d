import { gateways } from '../mechanisms/gateway-api/objects.ts'
import { istioGateways } from '../mechanisms/istio/objects.ts'
import { at, list, record, text } from '../mechanisms/kit/loose.ts'
import { services } from '../mechanisms/service/objects.ts'
import type { LooseObject, ObjectType } from '../model/cluster/object.ts'
import { waysInto } from '../model/cluster/ways.ts'
import type { ObjectReader } from '../snapshot/objects.ts'

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
  objects: ObjectReader,
  object: Reached,
  by: string | undefined,
): Promise<FoundAddress | undefined> {
  const own = addressIn(at(object.status, 'loadBalancer.ingress'))
  if (own !== undefined) return { address: own, from: 'its status' }
  const namespace = object.metadata.namespace ?? 'default'
  for (const parent of list(at(object.spec, 'parentRefs'))) {
    const { name, namespace: other } = record(parent)
    const gateway = await read(objects, gateways, text(other) ?? namespace, text(name) ?? '')
    const address = addressIn(at(gateway?.status, 'addresses'))
    if (address !== undefined) return { address, from: `gateway/${text(name) ?? ''}` }
  }
  for (const word of list(at(object.spec, 'gateways'))) {
    const [name = '', other] = (text(word) ?? '').split('/').toReversed()
    if (name === 'mesh') continue
    const gateway = await read(objects, istioGateways, other ?? namespace, name)
    const selector = record(at(gateway?.spec, 'selector'))
    const found = await serviceOfPods(objects, selector)
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

/** An object whose status may say where it is reached. */
type Reached = LooseObject & { status?: unknown }

async function read(
  objects: ObjectReader,
  type: ObjectType<LooseObject>,
  namespace: string,
  name: string,
): Promise<Reached | undefined> {
  try {
    return await objects.find(type, namespace, name)
  } catch {
    // Not to be read: the user can say the address.
    return undefined
  }
}

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
