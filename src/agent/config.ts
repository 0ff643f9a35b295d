import type { CounterRule, IdentifyRule, Scheme } from '../model/probe/observation.ts'

/** What the agent is told to do. Travels as JSON; see `encodeConfig`. */
export interface AgentConfig {
  /** Asked one after the other, each on the whole schedule. One at least. */
  targets: AgentTarget[]
  /** How many requests to send. With `durationMs` too, whichever ends first. One of them or `pausesMs` is needed. */
  requests?: number
  /** For how long to start requests, in milliseconds. */
  durationMs?: number
  /**
   * Per client (its index among the pods of the Job): how long to wait from the start of a request to the start of
   * the next, in milliseconds; the request after the last pause is the last one. Instead of `requests`, `durationMs`,
   * `intervalMs`.
   */
  pausesMs?: number[][]
  /** Per client: how long it waits before it opens its first connection, in milliseconds. */
  waitsMs?: number[]
  /** Between the starts of two requests, in milliseconds; 0 is as fast as possible. */
  intervalMs: number
  /** Starts are by chance, and `intervalMs` is their mean: several clients would else be in step. */
  byChance?: boolean
  /** Requests in flight at most; unless given 16 with `intervalMs` 0, 1 with `keepAlive` or `pausesMs`, otherwise 8. */
  concurrency?: number
  /** From the start of a request to the end of its answer, in milliseconds. */
  timeoutMs: number
  /** Keep one connection per lane open (over UDP: one socket); otherwise every request opens its own. */
  keepAlive: boolean
  /** What is sent over UDP, and over TCP, where without it the server is waited for to say something by itself. */
  payload?: string
  /** Makes every request known to whoever reads the server's access log; HTTP only. */
  marker?: Marker
  /** Say the client's port with each observation. */
  localPorts?: boolean
  identify: IdentifyRule
  /** Per known endpoint: the names, IP addresses and hostnames by which an answer may name it. */
  needles: string[][]
  /**
   * The users that are simulated, in turns: each makes one request in each round, in an order by chance, after its request before
   * has ended; who keeps nothing makes as many within a few rounds. One that keeps nothing unless given.
   */
  sessions?: AgentSession[]
  /** Users take their cookies along from one target to the next. */
  sharedJars?: boolean
  /** What takes the number of a visit, as the application counts it in its session, out of an answer. */
  counter?: CounterRule
  /** The cookies of proxies whose values are told, by name; those that only proxies write are, too. None unless given. */
  shownCookies?: string[]
  /** Report the cookies that answers set, with digests of their values that are made with this. */
  cookieSalt?: string
  /** Bytes of a body that are read at most; 65536 unless given. */
  maxAnswerBytes?: number
}

/** What one simulated user does. */
export interface AgentSession {
  /** It keeps cookies and sends them back, as a browser does. */
  jar?: boolean
  /** It keeps them past the end that they were given, which browsers do not. */
  pastEnd?: boolean
  /** The name of one that it does not send back. */
  without?: string
  /** A header of its own in each request. */
  header?: readonly [name: string, value: string]
  /** Each client says something else in it. */
  isOwn?: boolean
}

export interface AgentTarget {
  /** `auto` finds out with extra connections before the first request, which are not counted (scheme.ts). */
  scheme: Scheme | 'auto'
  /** IP address or DNS name; names are resolved by the OS for every connection. */
  host: string
  port: number
  /** Path and query of the request; `/` unless given. */
  path?: string
  /** The Host header; `host:port` unless given. */
  hostHeader?: string
  /** Further headers of each request. */
  headers?: (readonly [name: string, value: string])[]
  /** Redirects that are followed for one request, as long as they stay on the host; none unless given. */
  redirects?: number
  /** Each request asks for a WebSocket, and is answered by the first message on it. */
  upgrade?: 'websocket'
  /** Speak HTTP/2: over TLS where the server chooses it, and without from the first byte on. */
  isHttp2?: boolean
  tls?: TlsConfig
}

/**
 * Request n carries `text-n`: behind the name in the header `User-Agent`, which many access logs hold, or as the last
 * parameter `affinity-probe` of the query, which nearly all do.
 */
export interface Marker {
  text: string
  in: 'header' | 'query'
}

/** The marker of one of several clients, whose requests have the same numbers. The first one's is as it is. */
export function markerOfClient(marker: Marker, client: number): Marker {
  const own = client === 0 ? '' : client < 0 ? 'h' : `c${client}`
  return { ...marker, text: `${marker.text}${own}` }
}

export interface TlsConfig {
  /** Accept any certificate. */
  insecure?: boolean
  /** Certificates in PEM that are trusted instead of the public ones. */
  ca?: string
  /** The same, trusted beside the public ones: whoever has one of them needs nobody who vouches for it. */
  trusted?: string
  /** The name to ask for and to verify; `host` unless given. */
  serverName?: string
}

/** Arguments of a process are limited to 128 KiB each (Linux, MAX_ARG_STRLEN). */
const argumentLength = 100_000

/**
 * The arguments that hand `config` to the agent: `node -e <bundle> -- …encodeConfig(config)`.
 * The JSON is cut into pieces that the agent joins again, because thousands of endpoints exceed what one argument
 * may hold. It is plain ASCII and free of `$`, which a kubelet would take for a reference to a variable.
 */
export function encodeConfig(config: AgentConfig): string[] {
  const text = JSON.stringify(config).replaceAll(/[$\u007f-\uffff]/g, escapeUnit)
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += argumentLength) pieces.push(text.slice(at, at + argumentLength))
  return pieces
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
