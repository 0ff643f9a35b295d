import { createHash } from 'node:crypto'
import { anyOf, Chooser, nameOf, type Server } from './balance.ts'
import { firstCookie } from './cookies.ts'
import type { AskedRequest, Choice } from '../proxy.ts'

/** What Envoys of any control plane do with a hash, and with a session that is kept in a cookie or a header. */

interface CookieHash {
  name: string
  /** Without one it has no Path. */
  path?: string
  /** Without one Envoy makes no cookie. */
  ttlSeconds?: number
  attributes?: readonly (readonly [name: string, value: string])[]
}

/** What a request is hashed by: `hash_policy` of a route. */
export type EnvoyHash =
  | { by: 'cookie'; cookie: CookieHash }
  | { by: 'header'; name: string }
  | { by: 'query'; name: string }
  | { by: 'source' }

/** A choice by hash policies; by nothing of the request where none applies to it. */
export function chooseByHash(
  balancer: Chooser,
  upstream: string,
  servers: readonly Server[],
  policies: readonly EnvoyHash[],
  asked: AskedRequest,
): Choice | undefined {
  const made: string[] = []
  const keys = policies.flatMap((policy) => keyOf(policy, asked, made) ?? [])
  const server = keys.length === 0 ? anyOf(servers) : balancer.hashed(upstream, servers, keys.join('\n'))
  return server && { server, headers: made.map((text) => ['Set-Cookie', text] as const) }
}

function keyOf(policy: EnvoyHash, asked: AskedRequest, made: string[]): string | undefined {
  if (policy.by === 'source') return asked.client
  if (policy.by === 'query') return asked.query.get(policy.name) ?? undefined
  if (policy.by === 'header') {
    const value = asked.headers[policy.name.toLowerCase()]
    return value === undefined ? undefined : String(value)
  }
  const { name, path, ttlSeconds, attributes = [] } = policy.cookie
  const sent = firstCookie(asked.headers.cookie, name)
  if (sent !== undefined && sent !== '') return sent
  if (ttlSeconds === undefined) return undefined
  // Of the connection's addresses: without the cookie all requests on one connection have the same.
  const value = createHash('sha256').update(asked.connection).digest('hex').slice(0, 16)
  made.push(setCookie(name, value, { path, ttlSeconds, attributes }))
  return value
}

/** A session that holds its pod (`envoy.filters.http.stateful_session`). */
export interface StatefulSession {
  kind: 'cookie' | 'header'
  name: string
  path: string
  ttlSeconds?: number
}

/** The pod that a session names, as long as it is there; else any, which is then written into the session. */
export function chooseBySession(
  servers: readonly Server[],
  session: StatefulSession,
  asked: AskedRequest,
  pick: () => Server | undefined,
): Choice | undefined {
  const { kind, name, path, ttlSeconds } = session
  if (kind === 'cookie' && !isInPath(asked.path, path)) return withoutSession(pick())
  const header = asked.headers[name.toLowerCase()]
  const sent = kind === 'cookie' ? firstCookie(asked.headers.cookie, name) : header
  const named = kind === 'cookie' ? addressIn(String(sent ?? '')) : fromBase64(String(sent ?? ''))
  const known = servers.find((server) => nameOf(server) === named)
  if (known !== undefined) return { server: known }
  const server = pick()
  if (server === undefined) return undefined
  if (kind === 'header') return { server, headers: [[name, Buffer.from(nameOf(server)).toString('base64')]] }
  const value = cookieValue(nameOf(server), ttlSeconds)
  return {
    server,
    headers: [['Set-Cookie', setCookie(name, value, { path, ttlSeconds: ttlSeconds ?? 0 })]],
  }
}

const withoutSession = (server: Server | undefined): Choice | undefined => server && { server }

/** CookieBasedSessionStateFactory: at or below the path, by whole segments. */
function isInPath(asked: string, path: string): boolean {
  if (path === '' || path === '/' || asked === path) return true
  return asked.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** The message `envoy.Cookie`: 1 is the address, 2 when it ends, in seconds. */
function cookieValue(address: string, ttlSeconds: number | undefined): string {
  const text = Buffer.from(address)
  const end = ttlSeconds === undefined || ttlSeconds === 0 ? [] : [0x10, ...varint(nowSeconds() + ttlSeconds)]
  return Buffer.from([0x0a, text.length, ...text, ...end]).toString('base64')
}

function addressIn(value: string): string | undefined {
  const bytes = Buffer.from(value, 'base64')
  const length = bytes[1] ?? 0
  if (bytes[0] !== 0x0a || bytes.length < 2 + length) return undefined
  const end = bytes.subarray(2 + length)
  if (end[0] === 0x10 && numberOf(end.subarray(1)) < nowSeconds()) return undefined
  return bytes.subarray(2, 2 + length).toString()
}

const fromBase64 = (value: string): string => Buffer.from(value, 'base64').toString()
const nowSeconds = (): number => Math.floor(Date.now() / 1000)

function varint(value: number): number[] {
  const low = value % 128
  return value < 128 ? [low] : [low | 128, ...varint(Math.floor(value / 128))]
}

const numberOf = (bytes: Uint8Array): number =>
  [...bytes].reduce((sum, byte, index) => sum + (byte & 127) * 128 ** index, 0)

interface Attributes {
  path?: string | undefined
  ttlSeconds: number
  attributes?: CookieHash['attributes']
}

/** Http::Utility::makeSetCookieValue. */
function setCookie(
  name: string,
  value: string,
  { path = '', ttlSeconds, attributes = [] }: Attributes,
): string {
  return [
    `${name}="${value}"`,
    ...(ttlSeconds === 0 ? [] : [`Max-Age=${ttlSeconds}`]),
    ...(path === '' ? [] : [`Path=${path}`]),
    ...attributes.map(([key, text]) => (text === '' ? key : `${key}=${text}`)),
    'HttpOnly',
  ].join('; ')
}
