import type { CookiePlace } from '../../model/probe/cookies/cookie.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { CompleteTarget } from '../complete-config.ts'

/** Where a request goes: where its target says, or where a redirect led it. */
export interface RequestPlace {
  scheme: Scheme
  port: number
  path: string
  hostHeader: string
}

/** What an answer says of where it leads. */
interface Answered {
  status: number
  headers: readonly (readonly [string, string])[]
}

/** Where the requests of a lane go, one after the other: where its target says, and where redirects lead. */
export class Trail {
  place: RequestPlace
  /** Redirects that were followed since the request began. */
  redirects = 0
  readonly #start: RequestPlace
  readonly #mostRedirects: number

  constructor({ port, path, hostHeader, redirects }: CompleteTarget, scheme: Scheme) {
    this.#start = this.place = { scheme, port, path, hostHeader }
    this.#mostRedirects = redirects
  }

  /** Begins a request. True where a connection to the place before is of use. */
  begin(): boolean {
    this.redirects = 0
    return this.#goTo(this.#start)
  }

  /** Goes where an answer leads, as long as that is allowed; as `begin`, and undefined where it is the answer. */
  follow(answer: Answered): boolean | undefined {
    if (this.redirects >= this.#mostRedirects) return undefined
    const place = redirectedTo(answer, this.place)
    if (place === undefined) return undefined
    this.redirects += 1
    return this.#goTo(place)
  }

  #goTo(place: RequestPlace): boolean {
    const { scheme, port } = this.place
    this.place = place
    return place.scheme === scheme && place.port === port
  }
}

const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const usualPorts = { 'http:': 80, 'https:': 443 } as const

/** Where an answer sends a browser; undefined unless that is on the same host. */
function redirectedTo({ status, headers }: Answered, from: RequestPlace): RequestPlace | undefined {
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
export function cookiePlace({ hostHeader, path, scheme }: RequestPlace): CookiePlace {
  return {
    host: hostHeader.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
    path,
    secure: scheme === 'https',
  }
}
