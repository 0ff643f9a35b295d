import type {
  CookieWish,
  FieldTree,
  FieldValue,
  Refusal,
  Wish,
  Write,
} from '../../../model/affinity/change.ts'
import { difference } from '../../../model/affinity/fields.ts'
import { none, type Policy } from '../../../model/affinity/policy.ts'
import type { KubernetesObject } from '../../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../../model/cluster/object.ts'
import { overwritten, refusal, type Switch } from '../../changing.ts'
import { at, list, type LooseFields, record, text } from '../../kit/objects/loose.ts'
import { rewritten } from '../../kit/write/rewritten.ts'
import { cookieAt, ownPolicy } from '../balancers/balance.ts'
import type { CookieSettings } from '../cookie.ts'
import { ingressRoutes as allIngressRoutes, traefikServices as allTraefikServices } from '../objects.ts'

export const [ingressRoutes] = allIngressRoutes
export const [traefikServices] = allTraefikServices

export const onlyCookies = 'of what can be written here Traefik keeps clients by cookies only'

/** Traefik picks a Service first and then its pod: each has a cookie, and each cookie a name of its own. */
export function weightedSwitch(object: LooseObject): Switch | Refusal {
  const weighted = record(at(object.spec, 'weighted'))
  const members = list(weighted['services']).map((one) => record(one))
  if (members.length === 0)
    return refusal('it has no weighted services: only those can be kept by cookies, one after the other')
  return {
    before: [weighted, ...members].map(policyOf).find(({ kind }) => kind !== 'none') ?? none,
    off: () => writeOf(object, unkept(weighted), members.map(unkept)),
    on: (wish) => {
      if (wish.kind !== 'cookie') return refusal(onlyCookies, { remedy: 'by-cookie' })
      if (members.some(({ kind }) => kind === 'TraefikService'))
        return refusal('it leads to another TraefikService, which has its own sticky', 'begin with that one')
      if (members.some(({ nativeLB }) => nativeLB === true))
        return refusal(
          'with nativeLB: true Traefik sends to the cluster IP, so that a cookie keeps no pod',
          'take nativeLB away',
        )
      const nameAt = (member: LooseFields | undefined): string =>
        `${wish.name}-${text(member?.['name']) ?? ''}`
      const main = stickyBy(wish, weighted)
      const all = members.map((one) => stickyBy({ ...wish, name: nameAt(one) }, one))
      const message = `each of its services has a cookie of its own beside ${wish.name}, such as ${nameAt(members[0])}`
      return {
        after: policyOf(main),
        writes: writeOf(object, main, all),
        notices: [{ message, hints: [] }],
      }
    },
  }
}

/** `sticky`, or a strategy, in the services of the routes of an IngressRoute. */
export function routeSwitch(route: LooseObject): Switch {
  const routes = list(at(route.spec, 'routes')).map((one) => list(record(one)['services']))
  const targets = routes.flat().map((one) => record(one))
  const rewrite = (each: (target: LooseFields) => FieldValue): ReturnType<Switch['on']> => ({
    after: policyOf(each(targets[0] ?? {})),
    writes: rewrittenServices(route, each),
  })
  return {
    before: targets.map(policyOf).find(({ kind }) => kind !== 'none') ?? none,
    off: () => rewrittenServices(route, unkept),
    on: (wish) => {
      const refused = whyNot(wish, routes, targets)
      if (refused !== undefined) return refused
      // A cookie beside it would be ignored, and come back when it goes.
      if (wish.kind !== 'cookie') return rewrite((target) => ({ ...unkept(target), strategy: 'hrw' }))
      return rewrite((target) => stickyBy(wish, target))
    },
  }
}

/** Why a wish cannot be had in an IngressRoute. */
function whyNot(
  wish: Wish,
  routes: readonly (readonly unknown[])[],
  targets: readonly LooseFields[],
): Refusal | undefined {
  if (wish.kind === 'header')
    return refusal('Traefik keeps clients by cookies and by their address, and by no header', {
      remedy: 'by-cookie',
    })
  const isCookie = wish.kind === 'cookie'
  if (routes.some((members) => members.length > 1))
    return isCookie
      ? refusal(
          'a route has several services: Traefik first picks one of them, for which an IngressRoute has no cookie',
          'put them into a TraefikService, and name that:  traefikservice/NAME',
        )
      : refusal(
          'a route has several services: Traefik first picks one of them, and never by the address of the client',
          'give each service a route of its own',
        )
  if (targets.some(({ kind }) => kind === 'TraefikService'))
    return isCookie
      ? refusal(
          'it leads to a TraefikService, which has its own sticky on weighted and on each of its services',
          'name that:  traefikservice/NAME',
        )
      : refusal(onlyCookies, { remedy: 'by-cookie' })
  if (targets.some(({ nativeLB }) => nativeLB === true))
    return refusal(
      `with nativeLB: true Traefik sends to the cluster IP, so that ${isCookie ? 'a cookie' : 'a hash'} keeps no pod`,
      'take nativeLB away',
    )
  if (!isCookie) return undefined
  const names = [...new Set(targets.map((one) => text(one['name']) ?? ''))]
  if (names.length > 1) return overwritten(names, 'traefik')
  return targets.some(({ strategy }) => strategy === 'hrw')
    ? refusal('with strategy: hrw Traefik ignores sticky', 'take strategy away')
    : undefined
}

/** The cookies of the services of an IngressRoute. */
export function routeCookies(route: KubernetesObject): CookieSettings[] {
  return list(at((route as LooseObject).spec, 'routes'))
    .flatMap((one) => list(record(one)['services']))
    .flatMap((one) => cookieAt(one) ?? [])
}

function policyOf(target: unknown): Policy {
  return ownPolicy({ cookie: cookieAt(target), strategy: at(target, 'strategy') })
}

function stickyBy(wish: CookieWish, target: LooseFields): FieldTree {
  const now = record(at(target, 'sticky.cookie'))
  return { ...target, sticky: { cookie: { ...now, ...cookieFields(wish, now) } } } as FieldTree
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

/** Without what keeps clients: a cookie, or a hash of their address, which is a strategy since 3.6. */
function unkept(target: LooseFields): FieldTree {
  const { sticky: _, strategy, ...kept } = target
  return (strategy === undefined || strategy === 'hrw' ? kept : { ...kept, strategy }) as FieldTree
}

function writeOf(object: LooseObject, main: FieldValue, members: readonly FieldValue[]): Write[] {
  const now = record(at(object.spec, 'weighted')) as FieldTree
  const weighted = difference(now, { ...(main as FieldTree), services: members })
  if (Object.keys(weighted).length === 0) return []
  return [{ how: 'patch', type: traefikServices, object, fields: { spec: { weighted } } }]
}

/** The routes with each of their services made anew. */
function rewrittenServices(object: LooseObject, each: (target: LooseFields) => FieldValue): Write[] {
  return rewritten(ingressRoutes, object, 'routes', (route) => {
    const all = list(route['services'])
    return all.length === 0 ? route : { ...route, services: all.map((one) => each(record(one))) }
  })
}
