import type {
  ChangePlan,
  CookieWish,
  FieldTree,
  FieldValue,
  Refusal,
  Wish,
  Write,
} from '../../model/affinity/change.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import { isOfType, type LooseObject } from '../../model/cluster/object.ts'
import { difference } from '../../model/affinity/fields.ts'
import { type Policy, none } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import {
  type Changing,
  type Details,
  type Lack,
  overwritten,
  planOf,
  refusal,
  refusalOf,
  unsaid,
} from '../changing.ts'
import { behind } from '../ingress/backends.ts'
import { controllerOf } from '../ingress/controllers.ts'
import { ingressClassObjects, ingresses } from '../ingress/objects.ts'
import { annotate, without } from '../kit/write/annotations.ts'
import { sameSiteOf } from '../kit/legs/cookies.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { rewritten } from '../kit/write/rewritten.ts'
import { services } from '../service/objects.ts'
import { traefikController } from './ingress/controller.ts'
import { ingressRoutes as allIngressRoutes, traefikServices as allTraefikServices } from './objects.ts'

const prefix = 'traefik.ingress.kubernetes.io/service.'
const sticky = `${prefix}sticky.cookie`

const [ingressRoutes] = allIngressRoutes
const [traefikServices] = allTraefikServices

const onlyCookies = 'of what can be written here Traefik keeps clients by cookies only'

/** Annotations on the Service for an Ingress, `sticky` in the routes of an IngressRoute. */
export const traefikChange: Changing = {
  name: 'traefik',
  label: 'Traefik',
  targets: [ingresses, ingressRoutes, traefikServices, services],
  reads: [ingressClassObjects, services],
  writes: [services, ingressRoutes, traefikServices],
  serves: (object, store) => !isOfType(object, ingresses) || isServed(object, store),
  isOnAsking: (target) => isOfType(target, services),
  lacks,
  details: (target, store) => {
    const cookies = cookiesOf(target, store)
    const [first] = cookies
    return first === undefined ? undefined : { wish: detailsOf(first), left: [] }
  },
  plan: (target, request, store) => {
    if (isOfType(target, ingressRoutes)) return planRoute(target, wishOf(request))
    if (isOfType(target, traefikServices)) return planWeighted(target, wishOf(request))
    if (isOfType(target, services)) return planServices([target as Service], wishOf(request))
    const ingress = target as LooseObject
    return isServed(ingress, store) ? planIngress(ingress, wishOf(request), store) : undefined
  },
}

/** Whether an Ingress is of Traefik's own class. */
function isServed(ingress: LooseObject, store: Store): boolean {
  return controllerOf(ingress, store) === traefikController
}

/** What is wished: null for nothing. */
type Wished = Wish | null | undefined

function wishOf(request: Parameters<Changing['plan']>[1]): Wished {
  return request.verb === 'disable' ? null : request.by
}

function planIngress(ingress: LooseObject, wish: Wished, store: Store): ChangePlan | Refusal {
  const backends = behind(ingress, store).map(({ backend }) => backend)
  const found = new Map(backends.map(({ to, service }) => [to.name, service]))
  const missing = [...found].filter(([, service]) => service === undefined).map(([name]) => name)
  if (missing.length > 0)
    return refusal(`service/${missing.join(', service/')} is not there, on which Traefik reads it`)
  return planServices(
    [...found.values()].filter((one) => one !== undefined),
    wish,
  )
}

function planServices(all: readonly Service[], wish: Wished): ChangePlan | Refusal {
  const before = all.map(annotated).find(({ kind }) => kind !== 'none') ?? none
  if (wish === null) {
    const writes = all.flatMap((service) => annotate(services, service, without(service, [sticky])))
    return planOf({ before, after: none, writes })
  }
  if (wish === undefined) return unsaid
  if (wish.kind !== 'cookie') return refusal(onlyCookies, { remedy: 'by-cookie' })
  const [first, second] = all
  if (first === undefined) return refusal('it leads to no Service')
  if (second !== undefined)
    return overwritten(
      all.map(({ metadata }) => metadata.name),
      'traefik',
    )
  if (first.metadata.annotations?.[`${prefix}nativelb`] === 'true')
    return refusal(
      `service/${first.metadata.name} has nativelb: "true": Traefik sends to its cluster IP, so that a cookie keeps no pod`,
      `take ${prefix}nativelb away`,
    )
  const unfit = refusalOf(lacks(wish))
  if (unfit !== undefined) return unfit
  const wanted = annotationsFor(wish, first)
  const writes = annotate(services, first, wanted)
  const after = annotated({ metadata: { annotations: { ...first.metadata.annotations, ...wanted } } })
  return planOf({ before, after, writes })
}

function lacks({ persistent }: CookieWish): Lack[] {
  const why = "Traefik's cookies always keep their pod; there is nothing to set for it"
  return persistent === true ? [{ part: 'persistent', why, isSo: true }] : []
}

function annotationsFor(wish: CookieWish, { metadata }: Service): Record<string, string> {
  const { name, ttlSeconds, path, domain, secure, sameSite, httpOnly } = wish
  const now = metadata.annotations ?? {}
  const wanted = {
    '': 'true',
    '.name': name,
    '.maxage': ttlSeconds === undefined ? undefined : String(ttlSeconds),
    // `/` is the default, and all that Traefik before 3.3 knows.
    '.path': path === undefined || (path === '/' && now[`${sticky}.path`] === undefined) ? undefined : path,
    '.domain': domain,
    '.secure': secure === true ? 'true' : undefined,
    '.samesite': sameSite?.toLowerCase(),
    '.httponly': httpOnly === true ? 'true' : undefined,
  }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [[sticky + key, value]])),
  )
}

function annotated({ metadata }: { metadata: { annotations?: Record<string, string> } }): Policy {
  const value = (name: string): string | undefined => metadata.annotations?.[sticky + name]
  if (value('') !== 'true') return none
  return cookiePolicy({
    name: value('.name'),
    path: value('.path'),
    maxAge: Number(value('.maxage') ?? 0),
    secure: value('.secure') === 'true',
  })
}

interface Cookie {
  name: string | undefined
  path: string | undefined
  maxAge: number
  secure: boolean
}

function cookiePolicy({ name, path, maxAge, secure }: Cookie): Policy {
  return {
    kind: 'cookie',
    ...(name === undefined ? {} : { name }),
    path: path ?? '/',
    ...(maxAge > 0 ? { ttlSeconds: maxAge } : {}),
    ...(secure ? { secure: true } : {}),
  }
}

/** Traefik picks a Service first and then its pod: each has a cookie, and each cookie a name of its own. */
function planWeighted(object: LooseObject, wish: Wished): ChangePlan | Refusal {
  const weighted = record(at(object.spec, 'weighted'))
  const members = list(weighted['services']).map((one) => record(one))
  const before = [weighted, ...members].map(routePolicy).find(({ kind }) => kind !== 'none') ?? none
  if (members.length === 0)
    return refusal('it has no weighted services: only those can be kept by cookies, one after the other')
  if (wish === null)
    return planOf({
      before,
      after: none,
      writes: writeOf(object, unkept(weighted), members.map(unkept)),
    })
  if (wish === undefined) return unsaid
  if (wish.kind !== 'cookie') return refusal(onlyCookies, { remedy: 'by-cookie' })
  if (members.some(({ kind }) => kind === 'TraefikService'))
    return refusal('it leads to another TraefikService, which has its own sticky', 'begin with that one')
  if (members.some(({ nativeLB }) => nativeLB === true))
    return refusal(
      'with nativeLB: true Traefik sends to the cluster IP, so that a cookie keeps no pod',
      'take nativeLB away',
    )
  const unfit = refusalOf(lacks(wish))
  if (unfit !== undefined) return unfit
  const main = stickyBy(wish, weighted)
  const all = members.map((one) =>
    stickyBy({ ...wish, name: `${wish.name}-${text(one['name']) ?? ''}` }, one),
  )
  const notices = [
    {
      message: `each of its services has a cookie of its own beside ${wish.name}, such as ${wish.name}-${text(members[0]?.['name']) ?? ''}`,
      hints: [],
    },
  ]
  return planOf({ before, after: routePolicy(main), writes: writeOf(object, main, all), notices })
}

function stickyBy(wish: CookieWish, target: Readonly<Record<string, unknown>>): FieldTree {
  const now = record(at(target, 'sticky.cookie'))
  return { ...target, sticky: { cookie: { ...now, ...cookieFields(wish, now) } } } as FieldTree
}

function writeOf(object: LooseObject, main: FieldValue, members: readonly FieldValue[]): Write[] {
  const now = record(at(object.spec, 'weighted')) as FieldTree
  const weighted = difference(now, { ...(main as FieldTree), services: members })
  if (Object.keys(weighted).length === 0) return []
  return [{ how: 'patch', type: traefikServices, object, fields: { spec: { weighted } } }]
}

function planRoute(route: LooseObject, wish: Wished): ChangePlan | Refusal {
  const routes = list(at(route.spec, 'routes'))
  const targets = routes.flatMap((one) => list(record(one)['services']))
  const before = targets.map(routePolicy).find(({ kind }) => kind !== 'none') ?? none
  const rewrite = (each: (target: Readonly<Record<string, unknown>>) => FieldValue): ChangePlan =>
    planOf({
      before,
      after: routePolicy(each(record(targets[0]))),
      writes: rewrittenServices(route, each),
    })
  if (wish === null) return rewrite(unkept)
  if (wish === undefined) return unsaid
  if (wish.kind === 'header')
    return refusal('Traefik keeps clients by cookies and by their address, and by no header', {
      remedy: 'by-cookie',
    })
  if (routes.some((one) => list(record(one)['services']).length > 1))
    return wish.kind === 'source-ip'
      ? refusal(
          'a route has several services: Traefik first picks one of them, and never by the address of the client',
          'give each service a route of its own',
        )
      : refusal(
          'a route has several services: Traefik first picks one of them, for which an IngressRoute has no cookie',
          'put them into a TraefikService, and name that:  traefikservice/NAME',
        )
  if (targets.some((one) => record(one)['kind'] === 'TraefikService'))
    return wish.kind === 'source-ip'
      ? refusal(onlyCookies, { remedy: 'by-cookie' })
      : refusal(
          'it leads to a TraefikService, which has its own sticky on weighted and on each of its services',
          'name that:  traefikservice/NAME',
        )
  if (targets.some((one) => record(one)['nativeLB'] === true))
    return refusal(
      `with nativeLB: true Traefik sends to the cluster IP, so that ${wish.kind === 'cookie' ? 'a cookie' : 'a hash'} keeps no pod`,
      'take nativeLB away',
    )
  // A cookie beside it would be ignored, and come back when it goes.
  if (wish.kind === 'source-ip') return rewrite((target) => ({ ...unkept(target), strategy: 'hrw' }))
  const names = [...new Set(targets.map((one) => text(record(one)['name']) ?? ''))]
  if (names.length > 1) return overwritten(names, 'traefik')
  if (targets.some((one) => record(one)['strategy'] === 'hrw'))
    return refusal('with strategy: hrw Traefik ignores sticky', 'take strategy away')
  const unfit = refusalOf(lacks(wish))
  return unfit ?? rewrite((target) => stickyBy(wish, target))
}

function cookieFields(
  { name, ttlSeconds, path, domain, secure, sameSite, httpOnly }: CookieWish,
  now: object,
): FieldTree {
  return {
    name,
    ...(ttlSeconds === undefined ? {} : { maxAge: ttlSeconds }),
    ...(path === undefined || (path === '/' && !('path' in now)) ? {} : { path }),
    ...(domain === undefined ? {} : { domain }),
    ...(secure === true ? { secure } : {}),
    ...(sameSite === undefined ? {} : { sameSite: sameSite.toLowerCase() }),
    ...(httpOnly === true ? { httpOnly } : {}),
  }
}

/** The cookies that a target has, as the fields of a custom resource. */
function cookiesOf(target: KubernetesObject, store: Store): Readonly<Record<string, unknown>>[] {
  if (isOfType(target, ingressRoutes))
    return list(at((target as LooseObject).spec, 'routes'))
      .flatMap((route) => list(record(route)['services']))
      .flatMap((one) => at(one, 'sticky.cookie') ?? [])
      .map((one) => record(one))
  const all = isOfType(target, services)
    ? [target]
    : isServed(target, store)
      ? behind(target as LooseObject, store).flatMap(({ backend }) => backend.service ?? [])
      : []
  return all
    .filter((one) => annotated(one).kind !== 'none')
    .map(({ metadata: { annotations = {} } }) => ({
      domain: annotations[`${sticky}.domain`],
      sameSite: annotations[`${sticky}.samesite`],
      httpOnly: annotations[`${sticky}.httponly`] === 'true',
    }))
}

function detailsOf({ domain, sameSite, httpOnly }: Readonly<Record<string, unknown>>): Details['wish'] {
  const site = sameSiteOf(sameSite)
  return {
    ...(typeof domain === 'string' ? { domain } : {}),
    ...(site === undefined ? {} : { sameSite: site }),
    ...(httpOnly === true ? { httpOnly } : {}),
  }
}

/** Without what keeps clients: a cookie, or a hash of their address, which is a strategy since 3.6. */
function unkept(target: Readonly<Record<string, unknown>>): FieldTree {
  const { sticky: _, strategy, ...kept } = target
  return (strategy === undefined || strategy === 'hrw' ? kept : { ...kept, strategy }) as FieldTree
}

/** The routes with each of their services made anew. */
function rewrittenServices(
  object: LooseObject,
  each: (target: Readonly<Record<string, unknown>>) => FieldValue,
): Write[] {
  return rewritten(ingressRoutes, object, 'routes', (route) => {
    const all = list(route['services'])
    return all.length === 0 ? route : { ...route, services: all.map((one) => each(record(one))) }
  })
}

function routePolicy(target: unknown): Policy {
  const cookie = at(target, 'sticky.cookie')
  if (at(target, 'strategy') === 'hrw') return { kind: 'hash', of: 'client address' }
  if (cookie === undefined) return none
  const { name, path, maxAge, secure } = record(cookie)
  return cookiePolicy({
    name: text(name),
    path: text(path),
    maxAge: typeof maxAge === 'number' ? maxAge : 0,
    secure: secure === true,
  })
}
