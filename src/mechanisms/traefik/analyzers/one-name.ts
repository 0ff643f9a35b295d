import type { ObjectRef } from '../../../model/findings/finding.ts'
import { keyOf, type LooseObject, type NamespacedName, refOf } from '../../../model/cluster/object.ts'
import type { FactType, Store } from '../../../model/cluster/store.ts'
import { analyzer, type View } from '../../analyzer.ts'
import { leadToSamePods } from '../../ingress/backends.ts'
import { controllerOf } from '../../ingress/controllers.ts'
import { locationsOf } from '../../ingress/locations.ts'
import { ingresses } from '../../ingress/objects.ts'
import { byAge } from '../../kit/objects/age.ts'
import { annotationField, annotationsOf } from '../../kit/controller.ts'
import { services } from '../../service/objects.ts'
import { readAnnotations, servicePrefix } from '../ingress/annotations.ts'
import { type Balancer, balancerOf, routesOf } from '../balancers/balance.ts'
import { type CookieSettings, cookiePolicy } from '../cookie.ts'
import {
  cookieAsNginx,
  nginxPrefix,
  traefikController,
  traefikNginxController,
} from '../ingress/controller.ts'
import { ingressRoutes, traefikServices } from '../objects.ts'
import { alternativesOf } from '../routes/rule.ts'

/** A cookie, where it is written, and among what it chooses. */
interface Written {
  /** Name and path: those of one id are one cookie for browsers. */
  id: string
  object: ObjectRef
  field: string
  /** A Service, or a level of balancing. */
  of: string
  /** The Service whose pods it names; absent for one that names a Service. */
  pods?: { service: NamespacedName; port: string }
}

/** One that Traefik sets on a host. */
interface PlacedName extends Written {
  /** `*` for any; absent for what a TraefikService sets wherever it is led to. */
  host?: string
  front: LooseObject
}

/** One of all: fronts are in the order of their age, and what one leads to in its own. */
interface Ordered extends PlacedName {
  order: number
}

function idOf(cookie: CookieSettings | undefined): string | undefined {
  if (cookie?.name === undefined || cookie.name === '') return undefined
  const { name, path } = cookiePolicy(cookie)
  return `${name} ${path}`
}

/** The cookies with a name that come with answers of a balancer: its own, and those of what it sends to. */
function cookiesOf(
  object: LooseObject,
  balancer: Balancer,
  store: Store,
  seen: readonly string[],
): Written[] {
  const ref = refOf(object)
  const own = idOf(balancer.cookie)
  const field = 'spec.weighted.sticky.cookie.name'
  const first = own === undefined ? [] : [{ id: own, object: ref, of: 'weighted', field }]
  const others = balancer.members.flatMap((member): Written[] => {
    if (member.kind === 'TraefikService') {
      const inner = traefikServices.map((type) => store.get(type, member.to)).find((one) => one !== undefined)
      return inner === undefined ? [] : cookiesOfService(inner, store, seen)
    }
    // A hash of the address sets no cookie.
    const id = member.strategy === 'hrw' ? undefined : idOf(member.cookie)
    if (id === undefined) return []
    const pods = { service: member.to, port: member.port }
    return [{ id, object: ref, of: member.to.name, field: `${member.field}.sticky.cookie.name`, pods }]
  })
  return [...first, ...others]
}

function cookiesOfService(object: LooseObject, store: Store, seen: readonly string[] = []): Written[] {
  const { name } = object.metadata
  const balancer = seen.includes(name) ? undefined : balancerOf(object)
  return balancer === undefined ? [] : cookiesOf(object, balancer, store, [...seen, name])
}

function placesOfRoute(front: LooseObject, store: Store): PlacedName[] {
  return routesOf(front).flatMap(({ match, balancer }) => {
    const cookies = cookiesOf(front, balancer, store, [])
    const hosts = new Set(alternativesOf(match).flatMap(({ host }) => host ?? []))
    return [...hosts].flatMap((host) => cookies.map((one) => ({ ...one, host, front })))
  })
}

function placesOfIngress(front: LooseObject, store: Store): PlacedName[] {
  const by = controllerOf(front, store)
  if (by !== traefikController && by !== traefikNginxController) return []
  return locationsOf(front).flatMap(({ host, service, port }): PlacedName[] => {
    const owner = by === traefikController ? store.get(services, service) : front
    if (owner === undefined) return []
    const written = owner === front ? asNginx(front) : annotated(owner)
    return written === undefined
      ? []
      : [{ ...written, object: refOf(owner), of: service.name, pods: { service, port }, host, front }]
  })
}

/** As an Ingress asks for it in the words of ingress-nginx. The version decides about its age alone. */
function asNginx(ingress: LooseObject): Pick<Written, 'id' | 'field'> | undefined {
  const id = idOf(cookieAsNginx(ingress, undefined))
  const key = `${nginxPrefix}session-cookie-name`
  const hasName = annotationsOf(ingress)[key] !== undefined
  return id === undefined
    ? undefined
    : { id, field: annotationField(hasName ? key : `${nginxPrefix}affinity`) }
}

function annotated(service: Pick<LooseObject, 'metadata'>): Pick<Written, 'id' | 'field'> | undefined {
  const { cookie, unreadable } = readAnnotations(annotationsOf(service))
  const id = unreadable.length > 0 ? undefined : idOf(cookie)
  return id === undefined ? undefined : { id, field: annotationField(`${servicePrefix}sticky.cookie.name`) }
}

interface Places {
  byFront: ReadonlyMap<LooseObject, readonly Ordered[]>
  byId: ReadonlyMap<string, readonly Ordered[]>
  /** Those of one id that one client may meet. */
  byHost: ReadonlyMap<string, readonly Ordered[]>
}

const fronts = [ingresses, ...ingressRoutes, ...traefikServices]

const cookiesOfTraefik: FactType<Places> = {
  name: 'cookies of Traefik',
  what: 'the cookies of Traefik',
  derive: (store) => {
    const objects = fronts.flatMap((type): readonly LooseObject[] => {
      const found = store.list<LooseObject>(type)
      return found.known ? found.value : []
    })
    const all = objects
      .flatMap((front): PlacedName[] => {
        if (front.kind === 'Ingress') return placesOfIngress(front, store)
        if (front.kind === 'IngressRoute') return placesOfRoute(front, store)
        return cookiesOfService(front, store).map((one) => ({ ...one, front }))
      })
      .toSorted(
        (a, b) => Number(a.host === undefined) - Number(b.host === undefined) || byAge(a.front, b.front),
      )
      .map((one, order) => ({ ...one, order }))
    return {
      known: true,
      value: {
        byFront: Map.groupBy(all, ({ front }) => front),
        byId: Map.groupBy(all, ({ id }) => id),
        byHost: Map.groupBy(all, (one) => hostKey(one, one.host)),
      },
    }
  },
}

const byOrder = (a: Ordered, b: Ordered): number => a.order - b.order

function hostKey({ id, front }: PlacedName, host: string | undefined): string {
  return `${host ?? keyOf(refOf(front))} ${id}`
}

/** The cookies of this name and path that a client of one may meet, in the order of their fronts. */
function beside(one: Ordered, { byId, byHost }: Places): readonly Ordered[] {
  if (one.host === '*') return (byId.get(one.id) ?? []).filter(({ host }) => host !== undefined)
  const hosts = one.host === undefined ? [undefined] : [one.host, '*']
  return hosts.flatMap((host) => byHost.get(hostKey(one, host)) ?? []).toSorted(byOrder)
}

/** Whether one does not know what the other's cookie names. */
function clash(one: Ordered, other: Ordered, store: Store): boolean {
  if (one.of === other.of && one.field === other.field && keyOf(one.object) === keyOf(other.object))
    return false
  // A cookie names the address of a pod: who has the same pods knows it.
  return one.pods === undefined || other.pods === undefined || !leadToSamePods(one.pods, other.pods, store)
}

function placesIn(view: View): Ordered[] {
  const places = view.store.fact(cookiesOfTraefik)
  const own = new Set(fronts.flatMap((type) => view.objects<LooseObject>(type)))
  return places.known ? [...own].flatMap((front) => places.value.byFront.get(front) ?? []) : []
}

/** Cookies of one name and path on a host, for different pods. */
export const oneName = analyzer({
  codes: ['AFF-TRA-ONE-COOKIE-NAME'],
  needs: [ingresses],
  applies: (view) => !view.store.list(ingresses).known || placesIn(view).length > 0,
  analyse: (view, report) => {
    const places = view.store.fact(cookiesOfTraefik)
    if (!places.known) return
    const said = new Set<string>()
    for (const mine of placesIn(view).toSorted(byOrder)) {
      const other = beside(mine, places.value).find((one) => clash(one, mine, view.store))
      if (other === undefined) continue
      const [earlier, later] = [mine, other].toSorted(byOrder) as [Ordered, Ordered]
      const key = `${keyOf(later.object)} ${later.field}`
      if (said.has(key)) continue
      said.add(key)
      const host = later.host === '*' ? earlier.host : later.host
      report('AFF-TRA-ONE-COOKIE-NAME', {
        message: `${host === undefined ? '' : `on ${host} `}the cookie of ${later.of} has the name and path of that of ${earlier.of}`,
        why: 'Each answer of one replaces the cookie of the other. Its value is unknown there, so the next request gets any pod.',
        mend: ['give each a name of its own'],
        objects: [...new Set([later.front, earlier.front])].map(refOf),
        at: { object: later.object, field: later.field },
      })
    }
  },
})
