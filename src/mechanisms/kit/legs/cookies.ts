import { pathMatches } from '../../../model/probe/cookies/cookie.ts'
import type { Entry } from '../../../model/affinity/leg.ts'
import type { CookiePolicy } from '../../../model/affinity/policy.ts'
import type { SameSite } from '../../../model/affinity/change.ts'

/** What RFC 6265 calls a token: what a cookie's name may be. */
export function isCookieName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)
}

const sameSites: readonly SameSite[] = ['Strict', 'Lax', 'None']

/** SameSite, whose case no browser minds; undefined for what is none. */
export function sameSiteOf(value: unknown): SameSite | undefined {
  return typeof value === 'string'
    ? sameSites.find((one) => one.toLowerCase() === value.toLowerCase())
    : undefined
}

/** A host may set cookies for itself and the domains above it (RFC 6265 5.3). */
export function coversHost(domain: string, host: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

/** Whether all below a path gets a cookie of this path (RFC 6265 5.1.4). */
export function coversPath(cookie: string, of: string): boolean {
  return cookie === '' || cookie === '/' || pathMatches(of, cookie)
}

/** Why browsers refuse a cookie of a proxy that an answer of a host brings, and what is right (RFC 6265bis 5.7). */
export function refusedBy(
  { domain = '', sameSite, secure, madeBy }: CookiePolicy,
  { kind, host }: Entry,
): { why: string; mend: string; isOfSite?: true } | undefined {
  if (kind !== 'host' || host === undefined || madeBy !== 'proxy') return undefined
  const above = domain.replace(/^\./, '').toLowerCase()
  // A wildcard stands for hosts of which some may be below the domain.
  const [base, isWild] = [host.replace(/^\*\.?/, '').toLowerCase(), host.startsWith('*')]
  const isAbove = coversHost(above, base) || (isWild && (base === '' || coversHost(base, above)))
  if (above !== '' && !isAbove) return { why: `the Domain ${domain}`, mend: 'leave its domain out' }
  if (sameSite?.toLowerCase() !== 'none' || secure === true) return undefined
  return {
    why: 'SameSite=None without Secure',
    mend: 'let the cookie be Secure, and speak https',
    isOfSite: true,
  }
}
