import type { LooseObject, NamespacedName } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, list, record, strings, text } from '../../kit/objects/loose.ts'
import { type ListenerSet, parentsOf } from './parents.ts'

/** A listener of a gateway that takes a route, and the hosts under which it does. */
export interface Attachment {
  to: NamespacedName
  /** Absent where it is not among what was read. */
  gateway?: LooseObject
  /** The set in which the listener stands, where it is not the gateway itself. */
  set?: ListenerSet
  listener?: string
  /** `HTTPS`, `HTTP`. */
  protocol?: string
  hosts: readonly string[]
  /** The gateway is there and none of its listeners takes the route. */
  isRefused: boolean
  /** It is for callers of a Service, by the proxies of a mesh. */
  isOfMesh?: boolean
}

/** A route of which it is not known where it is attached. */
export type Unattached = Omit<Attachment, 'to'> & { to?: undefined }

/** Where a route is attached to gateways: one for each listener, or for the gateway where its listeners cannot be seen. */
export function attachmentsOf(route: LooseObject, store: Store): (Attachment | Unattached)[] {
  const names = strings(at(route.spec, 'hostnames'))
  const hosts = names.length === 0 ? ['*'] : names
  return parentsOf(route, store).flatMap((parent): (Attachment | Unattached)[] => {
    if (parent === undefined) return []
    const { to, gateway, set, section, port } = parent
    const inSet = set === undefined ? {} : { set }
    if (to === undefined) return [{ ...inSet, hosts, isRefused: false }]
    if (gateway === undefined) return [{ to, ...inSet, hosts, isRefused: false }]
    const holder = set?.object ?? gateway
    const taking = list(at(holder.spec, 'listeners')).flatMap((listener): Attachment[] => {
      const { name, protocol, hostname } = record(listener)
      if (set?.isRefused === true) return []
      if (section !== undefined && name !== section) return []
      if (port !== undefined && record(listener)['port'] !== port) return []
      if (!admits(listener, route, holder)) return []
      const shared = sharedHosts(names, text(hostname))
      return shared.length === 0
        ? []
        : [
            {
              to,
              gateway,
              ...inSet,
              hosts: shared,
              isRefused: false,
              ...(text(name) === undefined ? {} : { listener: String(name) }),
              ...(text(protocol) === undefined ? {} : { protocol: String(protocol) }),
            },
          ]
    })
    return taking.length === 0 ? [{ to, gateway, ...inSet, hosts, isRefused: true }] : taking
  })
}

/** Why nobody takes a route: of whom it is not taken. */
export function refusalOf({ to, set }: Attachment): { by: string; isShut: boolean } {
  if (set === undefined) return { by: `gateway/${to.name}`, isShut: false }
  return { by: `listenerset/${set.name}`, isShut: set.isRefused }
}

/** By protocol, namespace and kind. Whether the labels of a namespace match cannot be seen, and is taken for granted. */
function admits(listener: unknown, route: LooseObject, holder: LooseObject): boolean {
  const protocol = text(record(listener)['protocol'])
  if (protocol !== undefined && protocol !== 'HTTP' && protocol !== 'HTTPS') return false
  const from = text(at(listener, 'allowedRoutes.namespaces.from')) ?? 'Same'
  if (from === 'None' || (from === 'Same' && route.metadata.namespace !== holder.metadata.namespace))
    return false
  const kinds = list(at(listener, 'allowedRoutes.kinds')).map((one) => record(one)['kind'])
  return kinds.length === 0 || kinds.includes(route.kind)
}

/** The hosts that a route and a listener have in common, the narrower of each two. */
function sharedHosts(ofRoute: readonly string[], ofListener: string | undefined): string[] {
  if (ofListener === undefined) return ofRoute.length === 0 ? ['*'] : [...ofRoute]
  if (ofRoute.length === 0) return [ofListener]
  return ofRoute.flatMap((host) =>
    covers(ofListener, host) ? [host] : covers(host, ofListener) ? [ofListener] : [],
  )
}

/** `*.example` covers `a.example` and `*.a.example`. */
function covers(wide: string, narrow: string): boolean {
  return wide === narrow || (wide.startsWith('*.') && narrow.endsWith(wide.slice(1)) && narrow !== wide)
}
