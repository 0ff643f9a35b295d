import { pathMatches } from '../../model/probe/cookies/cookie.ts'
import type { SameSite } from '../../model/affinity/intent.ts'

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
