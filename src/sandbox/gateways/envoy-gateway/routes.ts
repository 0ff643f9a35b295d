import { at, type Resource, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { anyOf, Chooser, type Server } from '../kit/choice/balance.ts'
import { chooseByHash, chooseBySession, type EnvoyHash, type StatefulSession } from '../kit/choice/envoy.ts'
import { following } from '../kit/objects/follow.ts'
import { gatewayClasses, gateways, httpRoutes } from '../kit/objects/gateway-api.ts'
import { isBelow, matchesHost, weightOfHost } from '../kit/hosts.ts'
import { listAt, numberAt, secondsOf, textAt } from '../kit/objects/loose.ts'
import type { OwnAnswer, AskedRequest, Choice, Router } from '../kit/proxy.ts'
import { backendsOf, serviceTypes } from '../kit/objects/services.ts'
import { owning, parentsOf } from './attach.ts'
import { attachedPolicy, policies } from './policy.ts'

const notFound: OwnAnswer = { status: 404, body: '' }
const nobody: OwnAnswer = { status: 503, body: 'no healthy upstream' }
const noBackend: OwnAnswer = { status: 500, body: '' }

/** One match of a rule, for one of its route's hosts. */
interface RouteMatch {
  host: string
  match: unknown
  rule: RouteRule
  /** Its route is attached to a listener by which the request came. */
  listens: (asked: AskedRequest) => boolean
}

interface RouteRule {
  name: string
  backends: readonly { namespace: string; service: string; port: string | undefined; weight: number }[]
  session?: (match: unknown) => StatefulSession
  hash: readonly EnvoyHash[]
  /** To the address of the Service. */
  isNative: boolean
}

/** The Gateway whose Envoy a pod is, by its labels. */
export function gatewayOf(
  store: ObjectStore,
  pod: { namespace: string; name: string },
): () => Resource | undefined {
  const labels = store.find(types.pods, pod.namespace, pod.name)?.metadata.labels ?? {}
  const [of, name] = [labels[`${owning}namespace`] ?? '', labels[`${owning}name`] ?? '']
  return () => store.find(gateways, of, name)
}

/** What an Envoy of a Gateway does with requests. */
export function router(store: ObjectStore, pod: { namespace: string; name: string }): Router {
  const own = gatewayOf(store, pod)
  const followed = [gatewayClasses, gateways, httpRoutes, policies, ...serviceTypes]
  const ways = following(store, followed, () => {
    const gateway = own()
    return gateway === undefined ? [] : waysOf(store, gateway)
  })
  const balancer = new Chooser()
  return (asked) => {
    const way = ways().find(
      ({ host, match, listens }) => matchesHost(host, asked.host) && listens(asked) && applies(match, asked),
    )
    if (way === undefined) return notFound
    const { rule, match } = way
    const isEmpty = rule.backends.length === 0
    return {
      tries: 3,
      nobody: isEmpty ? noBackend : nobody,
      choose: () => choose(store, balancer, rule, match, asked),
    }
  }
}

/** The most exact host and path first, as the Gateway API orders them. */
function waysOf(store: ObjectStore, gateway: Resource): RouteMatch[] {
  const found = store
    .list(httpRoutes)
    .filter((route) => parentsOf(store, route).some((one) => one.gateway === gateway))
    .flatMap((route) => {
      const hosts = listAt(route, 'spec', 'hostnames').map(String)
      const listens = listensFor(route, gateway)
      return listAt(route, 'spec', 'rules').flatMap((one, index) => {
        const rule = ruleOf(store, route, gateway, one, index)
        const matches = listAt(one, 'matches')
        return (hosts.length === 0 ? [''] : hosts).flatMap((host) =>
          (matches.length === 0 ? [{}] : matches).map((match) => ({ host, match, rule, listens })),
        )
      })
    })
  const order = ({ host, match }: RouteMatch): number[] => {
    const type = textAt(match, 'path', 'type') ?? 'PathPrefix'
    return [
      weightOfHost(host),
      ['PathPrefix', 'RegularExpression', 'Exact'].indexOf(type),
      (textAt(match, 'path', 'value') ?? '/').length,
      listAt(match, 'headers').length,
    ]
  }
  return found.toSorted((a, b) => {
    const others = order(a)
    return (
      order(b)
        .map((value, index) => value - (others[index] ?? 0))
        .find((difference) => difference !== 0) ?? 0
    )
  })
}

/** By `sectionName`, or any; and by TLS or not. */
function listensFor(route: Resource, gateway: Resource): RouteMatch['listens'] {
  const refs = listAt(route, 'spec', 'parentRefs').filter(
    (ref) => textAt(ref, 'name') === gateway.metadata.name,
  )
  const sections = new Set(refs.map((ref) => textAt(ref, 'sectionName')))
  const protocols = new Set(
    listAt(gateway, 'spec', 'listeners')
      .filter((one) => sections.has(undefined) || sections.has(textAt(one, 'name')))
      .map((one) => textAt(one, 'protocol')),
  )
  return ({ isSecure }) => protocols.has(isSecure ? 'HTTPS' : 'HTTP')
}

function ruleOf(
  store: ObjectStore,
  route: Resource,
  gateway: Resource,
  one: unknown,
  index: number,
): RouteRule {
  const own = route.metadata.namespace ?? ''
  const { hash, isNative } = attachedPolicy(store.list(policies), gateway, route, textAt(one, 'name'))
  const session = sessionOf(route, one, index)
  return {
    name: `httproute/${own}/${route.metadata.name}/rule/${index}`,
    backends: listAt(one, 'backendRefs').map((ref) => ({
      namespace: textAt(ref, 'namespace') ?? own,
      service: textAt(ref, 'name') ?? '',
      port: textAt(ref, 'port'),
      weight: numberAt(ref, 'weight') ?? 1,
    })),
    ...(session === undefined ? {} : { session }),
    hash,
    isNative,
  }
}

/** What 1.9 makes of `sessionPersistence` (internal/gatewayapi/route.go, internal/xds/translator/session_persistence.go). */
function sessionOf(
  route: Resource,
  rule: unknown,
  index: number,
): ((match: unknown) => StatefulSession) | undefined {
  const session = at(rule, 'sessionPersistence')
  const isUnmatched = Array.isArray(at(rule, 'matches')) && listAt(rule, 'matches').length === 0
  if (session === undefined || isUnmatched) return undefined
  const { name, namespace: of = '' } = route.metadata
  const isLasting = textAt(session, 'cookieConfig', 'lifetimeType') === 'Permanent'
  const timeout = textAt(session, 'absoluteTimeout')
  return (match) => ({
    kind: textAt(session, 'type') === 'Header' ? 'header' : 'cookie',
    name: textAt(session, 'sessionName') ?? `httproute-${of}-${name}-rule-${index}`,
    path: cookiePath(match),
    ...(isLasting && timeout !== undefined ? { ttlSeconds: secondsOf(timeout) } : {}),
  })
}

/** That of the route; of an expression what comes before the first part with a `*`. */
function cookiePath(match: unknown): string {
  const path = textAt(match, 'path', 'value') ?? '/'
  if (textAt(match, 'path', 'type') !== 'RegularExpression') return path
  const parts = path.split('/')
  const first = parts.findIndex((part) => part.includes('*'))
  return parts.slice(0, first < 0 ? parts.length : first).join('/')
}

function applies(match: unknown, { path, method, headers }: AskedRequest): boolean {
  const type = textAt(match, 'path', 'type') ?? 'PathPrefix'
  const value = textAt(match, 'path', 'value') ?? '/'
  const isPath =
    type === 'Exact'
      ? path === value
      : type === 'RegularExpression'
        ? new RegExp(`^(?:${value})$`).test(path)
        : isBelow(path, value)
  const wanted = textAt(match, 'method')
  const isHeader = (one: unknown): boolean =>
    headers[(textAt(one, 'name') ?? '').toLowerCase()] === textAt(one, 'value')
  return isPath && (wanted === undefined || wanted === method) && listAt(match, 'headers').every(isHeader)
}

function choose(
  store: ObjectStore,
  balancer: Chooser,
  { name, backends, session, hash, isNative }: RouteRule,
  match: unknown,
  asked: AskedRequest,
): Choice | undefined {
  // A Service with the weight 0 is left out, sessions or not (v1.9.1).
  const drawn = backends.filter(({ weight }) => weight > 0)
  const groups = drawn.map(({ namespace: of, service, port, weight }) => {
    const found = backendsOf(store, of, service, port)
    return { weight, servers: found === undefined ? [] : isNative ? [found.own] : found.ready }
  })
  const all = groups.flatMap(({ servers }) => servers)
  // The hash picks among the Services, too (since 1.9.0); otherwise their weights do.
  if (session === undefined && hash.length > 0) return chooseByHash(balancer, name, all, hash, asked)
  const pick = (): Server | undefined => {
    const open = groups.filter(({ servers }) => servers.length > 0)
    let lot = Math.random() * open.reduce((sum, { weight }) => sum + weight, 0)
    return anyOf((open.find(({ weight }) => (lot -= weight) < 0) ?? open[0])?.servers ?? [])
  }
  if (session !== undefined) return chooseBySession(all, session(match), asked, pick)
  const server = pick()
  return server && { server }
}
