import type { IdentifyRule } from '../model/observation.ts'

/** What the agent is told to do. Travels as JSON; see `encodeConfig`. */
export interface AgentConfig {
  /** `auto` finds out with extra connections before the first request, which are not counted (scheme.ts). */
  scheme: Scheme | 'auto'
  /** IP address or DNS name; names are resolved by the OS for every connection. */
  host: string
  port: number
  /** Path and query of the request; `/` unless given. */
  path?: string
  /** The Host header; `host:port` unless given. */
  hostHeader?: string
  /** How many requests to send. With `durationMs` too, whichever ends first. One of them is needed. */
  requests?: number
  /** For how long to start requests, in milliseconds. */
  durationMs?: number
  /** Between the starts of two requests, in milliseconds; 0 is as fast as possible. */
  intervalMs: number
  /** Requests in flight at most; unless given 16 with `intervalMs` 0, otherwise 8 (1 with `keepAlive`). */
  concurrency?: number
  /** From the start of a request to the end of its answer, in milliseconds. */
  timeoutMs: number
  /** Keep one connection per lane open; otherwise every request opens its own. */
  keepAlive: boolean
  tls?: TlsConfig
  identify: IdentifyRule
  /** Per known endpoint: the names, IP addresses and hostnames by which an answer may name it. */
  needles: string[][]
  /** Bytes of a body that are read at most; 65536 unless given. */
  maxAnswerBytes?: number
}

export type Scheme = 'http' | 'https' | 'tcp'

export interface TlsConfig {
  /** Accept any certificate. */
  insecure?: boolean
  /** Certificates in PEM that are trusted instead of the public ones. */
  ca?: string
  /** The name to ask for and to verify; `host` unless given. */
  serverName?: string
}

/** An `AgentConfig` with everything filled in. */
export type CompleteConfig = Required<Omit<AgentConfig, 'requests' | 'durationMs'>> & {
  /** Infinity when only the other limit was given. */
  requests: number
  durationMs: number
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

/** Reads what `encodeConfig` wrote. Throws an Error that says what is wrong with it. */
export function decodeConfig(pieces: readonly string[]): CompleteConfig {
  const config: AgentConfig = JSON.parse(pieces.join(''))
  const {
    scheme,
    host,
    port,
    path = '/',
    intervalMs,
    timeoutMs,
    keepAlive,
    tls = {},
    identify,
    needles,
  } = config
  demand(['auto', 'http', 'https', 'tcp'].includes(scheme), 'scheme')
  // Everything that becomes a part of the request's head: no way to smuggle in a line of one's own.
  demand(/^[\w.:%-]+$/.test(host), 'host')
  demand(/^\/[\x21-\x7e]*$/.test(path), 'path')
  const hostHeader = config.hostHeader ?? defaultHostHeader(host, port)
  demand(/^[\w.:[\]%-]+$/.test(hostHeader), 'hostHeader')
  demand(Number.isInteger(port) && port > 0 && port < 65_536, 'port')
  const { requests = Infinity, durationMs = Infinity, maxAnswerBytes = 65_536 } = config
  demand(requests > 0 && durationMs > 0 && (requests < Infinity || durationMs < Infinity), 'requests')
  demand(intervalMs >= 0, 'intervalMs')
  demand(timeoutMs > 0, 'timeoutMs')
  demand(maxAnswerBytes > 0, 'maxAnswerBytes')
  const concurrency = config.concurrency ?? defaultConcurrency(intervalMs, keepAlive)
  demand(Number.isInteger(concurrency) && concurrency > 0 && concurrency <= 1024, 'concurrency')
  return {
    scheme,
    host,
    port,
    path,
    hostHeader,
    requests,
    durationMs,
    intervalMs,
    concurrency,
    timeoutMs,
    keepAlive,
    tls,
    identify,
    needles,
    maxAnswerBytes,
  }
}

function demand(holds: boolean, field: string): void {
  if (!holds) throw new Error(`agent configuration: ${field} is missing or not valid`)
}

function defaultHostHeader(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * Paced requests start far enough apart for their order to be the order in which they reach the proxy, also when
 * some overlap; so slow answers do not lower the rate. A pooled client is one connection unless asked otherwise.
 */
function defaultConcurrency(intervalMs: number, keepAlive: boolean): number {
  if (intervalMs === 0) return 16
  return keepAlive ? 1 : 8
}
