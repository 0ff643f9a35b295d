import { isIP } from 'node:net'
import {
  type CookiePlace,
  type CookieRefusal,
  defaultPath,
  pathMatches,
} from '../../model/probe/cookies/cookie.ts'
import { type ParsedCookie, parseSetCookie } from './parse.ts'

/** Browsers keep no cookie for longer, in milliseconds: 400 days. */
const longestLife = 400 * 86_400_000
/** Characters of name and value. */
const longestPair = 4096
/** Of one jar; the oldest goes first. */
const mostCookies = 180

interface Stored {
  name: string
  value: string
  domain: string
  hostOnly: boolean
  path: string
  secure: boolean
  /** Milliseconds since 1970; Infinity for as long as the browser runs. */
  expiresAt: number
  /** Its place in the order in which they were made. */
  made: number
}

/** A Set-Cookie header, and whether a browser takes it. */
export interface TakenCookie {
  cookie: ParsedCookie
  refused?: CookieRefusal
}

/**
 * The cookies of one user: RFC 6265, and what browsers do beyond it (RFC 6265bis: `Secure` only over https,
 * `SameSite=None` only with `Secure`, prefixes, lengths, 400 days). Without the list of public suffixes, which changes
 * every week: a domain of one label counts as one.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Stored>()
  readonly #pastEnd: boolean
  #made = 0

  /** @param habits.pastEnd cookies are kept past their end: to see whether whoever reads them knows that it has passed */
  constructor({ pastEnd }: { pastEnd: boolean } = { pastEnd: false }) {
    this.#pastEnd = pastEnd
  }

  /** Takes what an answer sets. Undefined for a header that sets nothing at all. */
  take(header: string, place: CookiePlace, nowMs: number): TakenCookie | undefined {
    const cookie = parseSetCookie(header)
    if (cookie === undefined) return undefined
    const host = place.host.toLowerCase()
    const path = cookie.path ?? defaultPath(place.path)
    const scope = scopeOf(cookie.domain, host)
    if (scope === undefined) return { cookie, refused: 'domain' }
    const refused = refusal(cookie, place) ?? this.#overlaid(cookie, scope.domain, path, place)
    if (refused !== undefined) return { cookie, refused }
    const key = `${cookie.name};${scope.domain};${scope.hostOnly};${path}`
    const expiresAt = expiry(cookie, nowMs)
    if (expiresAt <= nowMs) {
      this.#cookies.delete(key)
      return { cookie }
    }
    // One that is set again keeps its place in the order.
    const made = this.#cookies.get(key)?.made ?? this.#made++
    const { name, value, secure } = cookie
    const ends = this.#pastEnd ? Infinity : expiresAt
    this.#cookies.set(key, { name, value, ...scope, path, secure, expiresAt: ends, made })
    this.#evict()
    return { cookie }
  }

  /** What a request sends along, the longest path first; empty where there is nothing. */
  cookiesFor(place: CookiePlace, nowMs: number): { name: string; value: string }[] {
    const host = place.host.toLowerCase()
    for (const [key, { expiresAt }] of this.#cookies) if (expiresAt <= nowMs) this.#cookies.delete(key)
    return [...this.#cookies.values()]
      .filter(
        ({ domain, hostOnly, path, secure }) =>
          (hostOnly ? host === domain : domainMatches(host, domain)) &&
          pathMatches(place.path, path) &&
          (!secure || place.secure),
      )
      .toSorted((one, other) => other.path.length - one.path.length || one.made - other.made)
      .map(({ name, value }) => ({ name, value }))
  }

  /** Over http nobody may put something in the place of a cookie that is for https. */
  #overlaid(
    { name, secure }: ParsedCookie,
    domain: string,
    path: string,
    place: CookiePlace,
  ): CookieRefusal | undefined {
    if (secure || place.secure) return undefined
    const overlaid = [...this.#cookies.values()].some(
      (one) =>
        one.secure &&
        one.name === name &&
        (domainMatches(one.domain, domain) || domainMatches(domain, one.domain)) &&
        pathMatches(path, one.path),
    )
    return overlaid ? 'overwrites-secure' : undefined
  }

  #evict(): void {
    if (this.#cookies.size <= mostCookies) return
    const [oldest] = [...this.#cookies].toSorted(([, one], [, other]) => one.made - other.made)
    if (oldest !== undefined) this.#cookies.delete(oldest[0])
  }
}

/** RFC 6265, 5.1.3: the host itself, or a name below it; an address is nobody's child. */
export function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0)
}

function scopeOf(domain: string | undefined, host: string): Pick<Stored, 'domain' | 'hostOnly'> | undefined {
  if (domain === undefined) return { domain: host, hostOnly: true }
  // Public suffixes: a host that is one itself may set cookies for itself alone.
  if (!domain.includes('.')) return domain === host ? { domain: host, hostOnly: true } : undefined
  return domainMatches(host, domain) ? { domain, hostOnly: false } : undefined
}

function refusal(cookie: ParsedCookie, { secure }: CookiePlace): CookieRefusal | undefined {
  const { name, value } = cookie
  if (name.length + value.length > longestPair) return 'too-long'
  if (cookie.secure && !secure) return 'secure-over-http'
  if (cookie.sameSite?.toLowerCase() === 'none' && !cookie.secure) return 'samesite-none'
  // One without a name may not pass for one whose name promises something.
  const lower = (name === '' ? value : name).toLowerCase()
  if (lower.startsWith('__secure-') && !(cookie.secure && name !== '')) return 'prefix'
  const isHostBound = name !== '' && cookie.secure && cookie.domain === undefined && cookie.path === '/'
  return lower.startsWith('__host-') && !isHostBound ? 'prefix' : undefined
}

/** `Max-Age` counts before `Expires`. */
function expiry({ maxAgeSeconds, expiresAt }: ParsedCookie, nowMs: number): number {
  if (maxAgeSeconds !== undefined) {
    return maxAgeSeconds <= 0 ? -Infinity : nowMs + Math.min(maxAgeSeconds * 1000, longestLife)
  }
  return expiresAt === undefined ? Infinity : Math.min(expiresAt, nowMs + longestLife)
}
