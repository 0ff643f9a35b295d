import type { Leg } from '../../model/affinity/leg.ts'
import { keyOf, type LooseObject, type NamespacedName, refOf } from '../../model/cluster/object.ts'
import { type ObjectRef, objectName } from '../../model/findings/finding.ts'
import { none } from '../../model/affinity/policy.ts'
import { allOf, matched } from '../kit/legs/conditions.ts'
import { annotationsOf } from '../kit/controller.ts'
import type { Store } from '../../model/cluster/store.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { onceFor } from '../kit/objects/once.ts'
import { httpProxies } from './objects.ts'
import { routePolicy } from './policy.ts'

/** From its host, or from those of who includes it, to the Services of its routes. */
export function proxyLegs(proxy: LooseObject, store: Store): Leg[] {
  const ref = refOf(proxy)
  const places = placesOf(proxy, store, new Set())
  const [rival] = places.every(({ rival }) => rival !== undefined) ? places : []
  return list(at(proxy.spec, 'routes')).flatMap((route, index) => {
    const services = servicesOf(route, proxy)
    const path = pathOf(route)
    return services.flatMap(({ to, share, number }) =>
      sendingLegs(
        {
          from: { object: ref, part: `routes[${index}].services[${number}]` },
          entries: places.map(({ host, prefix, of, when }) =>
            hostEntry(of, host, joined(prefix, path), allOf([...when, ...conditionsOf(route)])),
          ),
          to,
          hop: {
            kind: 'ingress',
            mechanism: 'Contour',
            configuredBy: [ref],
            policy: rival === undefined ? routePolicy(at(route, 'loadBalancerPolicy')) : none,
            ...(rival === undefined
              ? {}
              : { note: `Contour refuses it: ${objectName(refOf(rival.rival!))} has the host, too` }),
          },
          arrival: 'pods',
          field: `spec.routes[${index}]`,
          share,
        },
        store,
      ),
    )
  })
}

interface ProxyRoot {
  host: string
  prefix: string
  /** What those who include it ask for beside the prefix. */
  when: readonly string[]
  of: ObjectRef
  /** Another one with the host: Contour takes neither. */
  rival: LooseObject | undefined
}

/** Another HTTPProxy with the same host, for the same Contour: it takes none of those (DuplicateVhost). */
export function rivalOf(proxy: LooseObject, store: Store): LooseObject | undefined {
  const all = store.list(httpProxies)
  const host = hostKey(proxy)
  if (!all.known || host === undefined) return undefined
  return byHost(all.value)
    .get(host)
    ?.find((one) => keyOf(refOf(one)) !== keyOf(refOf(proxy)))
}

const byHost = onceFor((proxies: readonly LooseObject[]) =>
  Map.groupBy(
    proxies.filter((one) => hostKey(one) !== undefined),
    (one) => hostKey(one) ?? '',
  ),
)

/** The host, and the class by which Contours share a cluster. */
function hostKey({ spec, metadata }: LooseObject): string | undefined {
  const host = text(at(spec, 'virtualhost.fqdn'))
  const annotations = annotationsOf({ metadata })
  const name =
    text(at(spec, 'ingressClassName')) ??
    annotations['projectcontour.io/ingress.class'] ??
    annotations['kubernetes.io/ingress.class']
  return host === undefined ? undefined : `${name ?? ''} ${host.toLowerCase()}`
}

/** A proxy without a host of its own is reached by those that include it. */
function placesOf(proxy: LooseObject, store: Store, seen: ReadonlySet<string>): ProxyRoot[] {
  const host = text(at(proxy.spec, 'virtualhost.fqdn'))
  const own =
    host === undefined ? [] : [{ host, prefix: '', when: [], of: refOf(proxy), rival: rivalOf(proxy, store) }]
  const key = keyOf(refOf(proxy))
  const all = store.list(httpProxies)
  if (!all.known || seen.has(key)) return own
  const { namespace = '', name } = proxy.metadata
  const included = (inclusions(all.value).get(`${namespace}/${name}`) ?? []).flatMap(({ other, include }) =>
    placesOf(other, store, new Set([...seen, key])).map((place) => ({
      ...place,
      prefix: joined(place.prefix, pathOf(include)),
      when: [...place.when, ...conditionsOf(include)],
    })),
  )
  return [...own, ...included]
}

/** By whom they include: each of thousands of proxies asks who includes it. */
const inclusions = onceFor((proxies: readonly LooseObject[]) => {
  const all = proxies.flatMap((other) =>
    list(at(other.spec, 'includes')).map((include) => {
      const { name, namespace } = record(include)
      const place = text(namespace) ?? other.metadata.namespace ?? ''
      return { other, include, key: `${place}/${text(name) ?? ''}` }
    }),
  )
  return Map.groupBy(all, ({ key }) => key)
})

function pathOf(route: unknown): string {
  const conditions = list(record(route)['conditions']).map(
    (one) => text(record(one)['prefix']) ?? text(record(one)['exact']) ?? text(record(one)['regex']) ?? '',
  )
  return conditions.find((path) => path !== '') ?? ''
}

/** What it asks for beside the path. */
function conditionsOf(route: unknown): string[] {
  return list(record(route)['conditions']).flatMap((one) =>
    [['header', 'header'] as const, ['queryParameter', 'parameter'] as const].flatMap(([key, what]) => {
      const asked = record(one)[key]
      return asked === undefined ? [] : [matched(`${what} ${String(record(asked)['name'])}`, asked)]
    }),
  )
}

function joined(prefix: string, path: string): string {
  const whole = `${prefix}/${path}`.replaceAll(/\/+/g, '/')
  return whole === '/' ? '' : whole.replace(/(.)\/$/, '$1')
}

/** The Services of a route; mirrors get copies, and no answer of theirs counts. */
function servicesOf(
  route: unknown,
  { metadata }: LooseObject,
): { to: NamespacedName; number: number; share?: number }[] {
  const all = list(record(route)['services'])
    .map((one, number) => ({ one: record(one), number }))
    .filter(({ one }) => one['mirror'] !== true)
  // Without any weight each gets the same.
  const weights = all.map(({ one: { weight } }) => (typeof weight === 'number' ? weight : 0))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return all.flatMap(({ one, number }, index) => {
    const name = text(one['name'])
    if (name === undefined) return []
    const share = total > 0 ? (weights[index] ?? 0) / total : 1 / all.length
    return [
      {
        to: { namespace: metadata.namespace ?? '', name },
        number,
        ...(all.length > 1 ? { share } : {}),
      },
    ]
  })
}
