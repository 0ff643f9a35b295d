import { createHash } from 'node:crypto'
import type { Resource } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { anyOf, type Chooser, isSame, nameOf, type Server } from '../kit/choice/balance.ts'
import { lastCookie } from '../kit/choice/cookies.ts'
import type { AskedRequest, Choice } from '../kit/proxy.ts'
import { backendsOf } from '../kit/objects/services.ts'
import type { ServerLocation, ServerUpstream } from './configuration.ts'
import { isOn, setting } from './settings.ts'

interface LocationInUse {
  store: ObjectStore
  balancer: Chooser
  location: ServerLocation
  upstream: ServerUpstream
}

export function choose(
  place: LocationInUse,
  asked: AskedRequest,
  failed: readonly Server[],
): Choice | undefined {
  const { store, balancer, upstream } = place
  const { name, first, cookie, service } = upstream
  const backends = backendsOf(store, service.namespace, service.service, service.port)
  const servers =
    backends === undefined ? [] : isOn(first, 'service-upstream') ? [backends.own] : backends.ready
  // Affinity comes before a hash (balancer.lua, get_implementation).
  if (cookie !== undefined) return sticky(place, cookie, servers, asked, failed)
  const by = setting(first, 'upstream-hash-by')
  const server =
    by === undefined || by === ''
      ? balancer.next(name, servers)
      : isOn(first, 'upstream-hash-by-subset')
        ? anyOf(servers)
        : balancer.hashed(name, servers, valueOf(by, asked))
  return server && { server }
}

/** As balancer/sticky.lua has it, with what sticky_balanced.lua and sticky_persistent.lua put in. */
function sticky(
  { balancer, location, upstream }: LocationInUse,
  cookie: Resource,
  servers: readonly Server[],
  asked: AskedRequest,
  failed: readonly Server[],
): Choice | undefined {
  const { name, mode = cookie } = upstream
  const isPersistent = setting(mode, 'affinity-mode') === 'persistent'
  const [key] = lastCookie(asked.headers.cookie, nameOfCookie(cookie))?.split('|') ?? []
  const find = (one: string): Server | undefined =>
    isPersistent
      ? servers.find((server) => md5(name + nameOf(server)) === one)
      : balancer.hashed(name, servers, one)
  const known = key === undefined ? undefined : find(key)
  const mayChange = failed.length > 0 && isOn(cookie, 'session-cookie-change-on-failure')
  if (known !== undefined && !mayChange) return { server: known }
  const free = servers.filter((server) => !failed.some((one) => isSame(one, server)))
  const picked = isPersistent ? anyOf(free) : undefined
  const newKey = picked === undefined ? randomKey() : md5(name + nameOf(picked))
  const server = picked ?? (free.length === 0 ? undefined : balancer.hashed(name, free, newKey))
  if (server === undefined) return undefined
  const issues = upstream.issuing.has(`${location.host} ${location.path}`)
  const value = `${newKey}|${backendKey(upstream)}`
  return issues
    ? { server, headers: [['Set-Cookie', setCookie(cookie, value, location.path, asked.isSecure)]] }
    : { server }
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const backendKey = ({ name }: ServerUpstream): string => md5(md5(name) + name)
const randomKey = (): string =>
  `${(Date.now() / 1000).toFixed(3)}.${process.pid}.${Math.floor(Math.random() * 1_000_000)}`

const nameOfCookie = (ingress: Resource): string => {
  const name = setting(ingress, 'session-cookie-name') ?? ''
  return /^[-._~a-zA-Z0-9/:]+$/.test(name) ? name : 'INGRESSCOOKIE'
}

/** In the order of lua-resty-cookie's `bake`. */
function setCookie(ingress: Resource, value: string, locationPath: string, isSecure: boolean): string {
  const own = (key: string): string => setting(ingress, `session-cookie-${key}`) ?? ''
  const seconds = (key: string): number | undefined =>
    /^-?\d+$/.test(own(key)) ? Number(own(key)) : undefined
  const expires = seconds('expires')
  const age = seconds('max-age')
  const sameSite = /^(none|lax|strict)$/i.exec(own('samesite'))?.[0]
  return [
    `${nameOfCookie(ingress)}=${value}`,
    ...(expires === undefined ? [] : [`Expires=${new Date(Date.now() + expires * 1000).toUTCString()}`]),
    ...(age === undefined ? [] : [`Max-Age=${age}`]),
    ...(own('domain') === '' ? [] : [`Domain=${own('domain')}`]),
    // Of the location, word for word: also where that is an expression.
    `Path=${own('path') || locationPath}`,
    // `false` is as good as nothing there.
    ...(own('secure') === 'true' || isSecure ? ['Secure'] : []),
    'HttpOnly',
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
  ].join('; ')
}

/** nginx's variables; what a request does not have is empty. */
function valueOf(text: string, asked: AskedRequest): string {
  return text.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const [, kind, rest = ''] = /^(http|cookie|arg)_(\w+)$/.exec(name) ?? []
    if (kind === 'http') return String(asked.headers[rest.replaceAll('_', '-')] ?? '')
    if (kind === 'cookie') return lastCookie(asked.headers.cookie, rest) ?? ''
    if (kind === 'arg') return asked.query.get(rest) ?? ''
    if (name.endsWith('remote_addr')) return asked.client
    if (name === 'host') return asked.host
    return ['request_uri', 'uri'].includes(name) ? asked.path : ''
  })
}

/** The cookie of either upstream comes first, then header, cookie and lot (balancer.lua, route_to_alternative_balancer). */
export function goesToCanary(
  canary: ServerUpstream,
  main: ServerUpstream,
  { headers }: AskedRequest,
): boolean {
  const belongsTo = (upstream: ServerUpstream): boolean =>
    upstream.cookie !== undefined &&
    lastCookie(headers.cookie, nameOfCookie(upstream.cookie))?.split('|')[1] === backendKey(upstream)
  if (belongsTo(main)) return false
  if (belongsTo(canary)) return true
  const { first } = canary
  const header = setting(first, 'canary-by-header')
  const sent = header === undefined ? undefined : headers[header.toLowerCase()]
  if (sent !== undefined) {
    const wanted = setting(first, 'canary-by-header-value')
    if (wanted !== undefined) {
      if (sent === wanted) return true
    } else if (sent === 'always' || sent === 'never') return sent === 'always'
  }
  const rule = setting(first, 'canary-by-cookie')
  const said = rule === undefined ? undefined : lastCookie(headers.cookie, rule)
  if (said === 'always' || said === 'never') return said === 'always'
  return (
    Math.random() * Number(setting(first, 'canary-weight-total') ?? 100) <
    Number(setting(first, 'canary-weight') ?? 0)
  )
}
