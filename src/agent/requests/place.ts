import type { CookiePlace } from '../../model/probe/cookie.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { CompleteTarget } from '../complete-config.ts'

/** Where a request goes: where its target says, or where a redirect led it. */
export interface Place {
  scheme: Scheme
  port: number
  path: string
  hostHeader: string
}

/** Where the requests to a target begin. */
export function placeOf({ port, path, hostHeader }: CompleteTarget, scheme: Scheme): Place {
  return { scheme, port, path, hostHeader }
}

const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const usualPorts = { 'http:': 80, 'https:': 443 } as const

/** Where an answer sends a browser; undefined unless that is on the same host. */
export function redirectedTo(
  { status, headers }: { status: number; headers: readonly (readonly [string, string])[] },
  from: Place,
): Place | undefined {
  if (!redirecting.has(status)) return undefined
  const location = headers.find(([name]) => name === 'location')?.[1]
  const base = `${from.scheme}://${from.hostHeader}${from.path}`
  if (location === undefined || !URL.canParse(location, base)) return undefined
  const to = new URL(location, base)
  if (to.hostname !== new URL(base).hostname) return undefined
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return undefined
  // The port of a name is not always that of the address behind it: where it stays, so does the connection's.
  const isSame = to.host === new URL(base).host && to.protocol === `${from.scheme}:`
  return {
    scheme: to.protocol === 'https:' ? 'https' : 'http',
    port: isSame ? from.port : to.port === '' ? usualPorts[to.protocol] : Number(to.port),
    path: `${to.pathname}${to.search}`,
    hostHeader: to.host,
  }
}

/** What cookies care about of it. */
export function cookiePlace({ hostHeader, path, scheme }: Place): CookiePlace {
  return {
    host: hostHeader.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
    path,
    secure: scheme === 'https',
  }
}
