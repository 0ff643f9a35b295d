import type { Hop, Leg } from '../../../model/affinity/leg.ts'
import { groupOf, type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { routingOf } from '../../gateway-api/routes/routing.ts'
import { ingresses } from '../../ingress/objects.ts'
import { annotationsOf } from '../../kit/controller.ts'
import { at, list, record } from '../../kit/objects/loose.ts'
import { routesOf } from '../balancers/balance.ts'
import { traefikNginxController } from '../ingress/controller.ts'
import { classKey, namedDoors } from './closed.ts'
import { doorsAt, doorsNamed, doorsOf, type Doors, isSet, soundsOfTls } from './entry-points.ts'
import { ingressRoutes, ingressRouteTcps } from '../objects.ts'
import { alternativesOf } from './rule.ts'

/** The entry points of what answers HTTP, and whether it says itself that it is for TLS. */
interface Place {
  object: LooseObject
  doors: Doors
  hasTls: boolean
  /** Its rule names no host as it is: with TLS those of others come first. */
  isOpen: boolean
}

/** An IngressRouteTCP that takes connections of an entry point before its HTTP routers see them. */
interface Taker {
  object: LooseObject
  field: string
  /** Its rule, where it takes those of some clients only. */
  some?: string
}

/**
 * What of an arrow of Traefik's goes to an IngressRouteTCP instead. Without TLS each TCP router comes before all HTTP routers of
 * an entry point, whatever their priorities are. With TLS none that HTTP has a router for goes to one with HostSNI(`*`): one
 * for a host of its own takes its host from routes that name no host
 * (pkg/server/router/tcp/router.go ServeTCP, v3.6.12).
 */
export function refineTaken(leg: Leg, store: Store): Leg {
  if (leg.hop === undefined || 'address' in leg.from) return leg
  const tcp = ingressRouteTcps.flatMap((type) => {
    const found = store.list(type)
    return found.known ? found.value : []
  })
  if (tcp.length === 0) return leg
  const place = placeOf(leg, leg.hop, store)
  if (place === undefined) return leg
  const taken = place.doors.names.map((door) => ({ door, taker: takerOf(door, place, tcp, store) }))
  const [first] = taken.flatMap(({ door, taker }) => (taker === undefined ? [] : [{ door, taker }]))
  if (first === undefined) return leg
  const { taker, door } = first
  const isAll = taken.every((one) => one.taker !== undefined && one.taker.some === undefined)
  const which = taker.some === undefined ? 'every connection' : `connections of ${taker.some}`
  const ref = refOf(taker.object)
  const isTls = isForTls(place, door)
  const note = isTls
    ? `${objectName(ref)} takes ${which} with TLS to entry point ${door} before routes for HTTP that name no host`
    : `${objectName(ref)} takes ${which} without TLS to entry point ${door} before any route for HTTP`
  return {
    ...leg,
    hop: {
      ...leg.hop,
      configuredBy: [...leg.hop.configuredBy, ref],
      taken: { by: ref, field: taker.field, isAll, isTls },
      note: [note, ...(leg.hop.note === undefined || isAll ? [] : [leg.hop.note])].join('; '),
    },
  }
}

/** Where Traefik answers for what draws the arrow; undefined for what is not served by it, or nobody can tell. */
function placeOf(leg: Leg, { mechanism }: Hop, store: Store): Place | undefined {
  if ('address' in leg.from) return undefined
  const {
    part,
    object: { namespace = '', name, kind, group },
  } = leg.from
  const routing = routingOf(leg)
  if (routing !== undefined) {
    if (routing.controller?.label !== 'Traefik') return undefined
    const { gateway, listener, set, protocol } = routing.attachment
    const listeners = list(at((set?.object ?? gateway)?.spec, 'listeners')).map(record)
    const port = listeners.find((one) => one['name'] === listener)?.['port']
    if (gateway === undefined || typeof port !== 'number') return undefined
    const names = doorsAt(port, store)
    const hasTls = protocol !== 'HTTP'
    const isOpen = routing.attachment.hosts.every((host) => host.startsWith('*'))
    return names.length === 0
      ? undefined
      : { object: routing.route, doors: doorsNamed(names, store), hasTls, isOpen }
  }
  if (!/^Traefik(?!, TCP)/.test(mechanism)) return undefined
  if (kind === ingresses.kind && group === ingresses.group) {
    const object = store.get(ingresses, { namespace, name })
    const isOpen = part?.startsWith('*') === true
    return object && { ...placeOfIngress(object, mechanism, store), isOpen }
  }
  const type = ingressRoutes.find((one) => one.kind === kind && one.group === group)
  const object = type && store.get(type, { namespace, name })
  if (object === undefined) return undefined
  const match = routesOf(object).find(({ field }) => field === part)?.match ?? ''
  const isOpen = alternativesOf(match).every(({ host = '*' }) => host === '*')
  return { object, doors: doorsOf(object, store), hasTls: at(object.spec, 'tls') !== undefined, isOpen }
}

const tlsPrefix = 'traefik.ingress.kubernetes.io/router.tls'

/** `tls` of an Ingress holds certificates only, but for the provider for ingress-nginx. */
function placeOfIngress(object: LooseObject, mechanism: string, store: Store): Omit<Place, 'isOpen'> {
  const annotations = annotationsOf(object)
  if (mechanism.startsWith(traefikNginxController.name))
    return { object, doors: doorsNamed([], store), hasTls: list(at(object.spec, 'tls')).length > 0 }
  const hasTls = Object.entries(annotations).some(
    ([key, value]) => key.startsWith(tlsPrefix) && value !== 'false',
  )
  return { object, doors: doorsNamed(namedDoors(object, store).names, store), hasTls }
}

/** An entry point for TLS gives it to its HTTP routers, and to no TCP router. */
function isForTls({ doors, hasTls }: Place, door: string): boolean {
  return hasTls || isSet(door, doors, /^(http\.)?tls\b/) || (!doors.isSeen && soundsOfTls(door))
}

function takerOf(door: string, place: Place, tcp: readonly LooseObject[], store: Store): Taker | undefined {
  const isTls = isForTls(place, door)
  if (isTls && !place.isOpen) return undefined
  const takers = tcp
    .filter((one) => (at(one.spec, 'tls') !== undefined) === isTls && isOfSameTraefik(one, place.object))
    .filter((one) => doorsOf(one, store).names.some((name) => name.toLowerCase() === door.toLowerCase()))
    .flatMap((one) =>
      routesOf(one)
        .filter(({ balancer }) => balancer.members.length > 0)
        .flatMap(({ match, field }): Taker[] => {
          const alternatives = alternativesOf(match)
          const isAny = alternatives.some(({ text: rule }) => anyHost.test(rule))
          if (isTls) return anyHost.test(match) ? [] : [{ object: one, field: `${field}.match`, some: match }]
          if (isAny) return [{ object: one, field: `${field}.match` }]
          const isSome = alternatives.some(({ text: rule }) => someClients.test(rule))
          return isSome ? [{ object: one, field: `${field}.match`, some: match }] : []
        }),
    )
  return takers.find(({ some }) => some === undefined) ?? takers[0]
}

const anyHost = /^\(?\s*HostSNI\(\s*(`\*`|"\*")\s*\)\s*\)?$/i
const someClients = /^(HostSNI\(\s*(`\*`|"\*")\s*\)\s*&&\s*)?ClientIP\([^)]*\)$/i

/** IngressRoutes of other classes are another Traefik's; of groups, Traefik 3 reads one. */
function isOfSameTraefik(tcp: LooseObject, other: LooseObject): boolean {
  if (other.kind !== 'IngressRoute') return annotationsOf(tcp)[classKey] === undefined
  const isSameGroup = groupOf(tcp.apiVersion) === groupOf(other.apiVersion)
  return isSameGroup && annotationsOf(tcp)[classKey] === annotationsOf(other)[classKey]
}
