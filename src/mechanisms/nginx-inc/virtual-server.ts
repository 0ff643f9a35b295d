import type { Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, type NamespacedName, type ObjectType, refOf } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { customType, targetKind } from '../kit/objects/types.ts'
import { defined } from '../../model/common/values.ts'
import { allOf } from '../kit/legs/conditions.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { methodPolicy } from './controller.ts'
import { cookieOf } from './sticky.ts'

export const virtualServers: ObjectType<LooseObject> = customType(
  'k8s.nginx.org',
  'virtualservers',
  'VirtualServer',
)

export const virtualServerRoutes: ObjectType<LooseObject> = customType(
  'k8s.nginx.org',
  'virtualserverroutes',
  'VirtualServerRoute',
)

/** `virtualserver/shop`. */
export const virtualServerKind = targetKind(
  virtualServers,
  ({ spec }) => [text(at(spec, 'host')) ?? ''].filter((host) => host !== ''),
  { shortNames: ['vs'] },
)

/** A group of pods, by the name that routes use. */
export interface VirtualServerUpstream {
  name: string
  index: number
  service: string
  value: unknown
}

/** The upstreams of a VirtualServer or VirtualServerRoute. */
export function upstreamsOf({ spec }: LooseObject): VirtualServerUpstream[] {
  return list(at(spec, 'upstreams')).flatMap((value, index) => {
    const [name, service] = [text(record(value)['name']), text(record(value)['service'])]
    return name === undefined || service === undefined ? [] : [{ name, index, service, value }]
  })
}

/** What NGINX sticks on for an upstream: the cookie beats the method. */
export function upstreamPolicy(value: unknown): Policy {
  const cookie = record(at(value, 'sessionCookie'))
  const name = text(cookie['name'])
  if (cookie['enable'] !== true || name === undefined) return methodPolicy(text(at(value, 'lb-method')))
  return cookieOf({
    name,
    path: text(cookie['path']),
    expires: text(cookie['expires']),
    secure: cookie['secure'] === true,
    domain: text(cookie['domain']),
    sameSite: text(cookie['samesite']),
  })
}

/** A place that requests of a route go to, and the share of them that does. */
interface Passing {
  upstream: string
  share?: number
  when?: string
}

/** A route and its field. */
interface Route {
  path: string
  field: string
  passing: readonly Passing[]
}

/** Where the routes under `list` of an object lead. */
export function routesOf({ spec }: LooseObject, name: 'routes' | 'subroutes'): Route[] {
  return list(at(spec, name)).map((route, index) => {
    const field = `spec.${name}[${index}]`
    const matches = list(record(route)['matches'])
    const passing = [route, ...matches].flatMap(passingOf)
    return { path: text(record(route)['path']) ?? '', field, passing }
  })
}

function passingOf(route: unknown): Passing[] {
  const pass = passOf(record(route)['action'])
  const splits = list(record(route)['splits'])
  const total = splits.reduce<number>((sum, split) => sum + weightOf(split), 0)
  const when = allOf(list(record(route)['conditions']).map(conditionOf))
  return [
    ...(pass === undefined ? [] : [defined({ upstream: pass, when })]),
    ...splits.flatMap((split): Passing[] => {
      const upstream = passOf(record(split)['action'])
      return upstream === undefined || total === 0
        ? []
        : [defined({ upstream, share: weightOf(split) / total, when })]
    }),
  ]
}

/** A value that begins with `!` is what it must not be. */
function conditionOf(condition: unknown): string | undefined {
  const { value = '', ...asked } = record(condition)
  const [of] = Object.entries(asked).map(([key, name]) => `${key} ${String(name)}`)
  const said = String(value)
  return of === undefined
    ? undefined
    : said.startsWith('!')
      ? `${of} is not ${said.slice(1)}`
      : `${of} is ${said}`
}

function passOf(action: unknown): string | undefined {
  return text(at(action, 'pass')) ?? text(at(action, 'proxy.upstream'))
}

function weightOf(split: unknown): number {
  const weight = record(split)['weight']
  return typeof weight === 'number' ? weight : 0
}

/** The arrows of a VirtualServer or a VirtualServerRoute: from its host and paths to Services. */
export function virtualServerLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const host = text(at(object.spec, 'host')) ?? '*'
  const upstreams = new Map(upstreamsOf(object).map((one) => [one.name, one]))
  const routes = [...routesOf(object, 'routes'), ...routesOf(object, 'subroutes')]
  return routes.flatMap(({ path, field, passing }) =>
    passing.flatMap(({ upstream: name, share, when }, number) => {
      const upstream = upstreams.get(name)
      if (upstream === undefined) return []
      const isDrawn = share !== undefined && share < 1
      return sendingLegs(
        {
          from: { object: ref, part: `${field} ${name} ${number}` },
          entries: [hostEntry(ref, host, path === '/' ? '' : path, when)],
          to: serviceOf(upstream.service, object),
          hop: {
            kind: 'ingress',
            mechanism: 'NGINX Ingress Controller (F5)',
            configuredBy: [ref],
            policy: isDrawn ? { kind: 'none' } : upstreamPolicy(upstream.value),
          },
          arrival: at(upstream.value, 'use-cluster-ip') === true ? 'cluster-ip' : 'pods',
          field,
          share,
        },
        store,
      )
    }),
  )
}

function serviceOf(name: string, { metadata }: LooseObject): NamespacedName {
  return { namespace: metadata.namespace ?? '', name }
}
