import { type AgentConfig, type AgentSession, type AgentTarget, markerOfClient } from './config.ts'

/** An `AgentTarget` with everything filled in. */
export type CompleteTarget = Required<Omit<AgentTarget, 'upgrade'>> & Pick<AgentTarget, 'upgrade'>

/** An `AgentConfig` with everything filled in, for one client. */
export interface CompleteConfig extends Required<
  Omit<
    AgentConfig,
    'targets' | 'pausesMs' | 'waitsMs' | 'payload' | 'marker' | 'sessions' | 'cookieSalt' | 'counter'
  >
> {
  targets: CompleteTarget[]
  sessions: readonly [AgentSession, ...AgentSession[]]
  cookieSalt?: string
  counter?: NonNullable<AgentConfig['counter']>
  /** `requests` and `durationMs` are Infinity when there is another limit; `requests` is counted from `pausesMs`. */
  pausesMs?: number[]
  waitMs: number
  payload?: string
  marker?: NonNullable<AgentConfig['marker']>
}

/**
 * Reads what `encodeConfig` wrote.
 * @param client the index of this client among those of the Job
 * Throws an Error that says what is wrong with it.
 */
export function decodeConfig(pieces: readonly string[], client = 0): CompleteConfig {
  const config: AgentConfig = JSON.parse(pieces.join(''))
  const { intervalMs, timeoutMs, keepAlive, payload, marker, identify, needles } = config
  const pausesMs = config.pausesMs?.[client]
  demand(config.pausesMs === undefined || pausesMs?.every((pause) => pause >= 0) === true, 'pausesMs')
  const { durationMs = Infinity, maxAnswerBytes = 65_536 } = config
  const { localPorts = false, sharedJars = false, byChance = false } = config
  const waitMs = config.waitsMs?.[client] ?? 0
  demand(waitMs >= 0, 'waitsMs')
  const requests = pausesMs === undefined ? (config.requests ?? Infinity) : pausesMs.length + 1
  demand(requests > 0 && durationMs > 0 && (requests < Infinity || durationMs < Infinity), 'requests')
  demand(intervalMs >= 0, 'intervalMs')
  demand(timeoutMs > 0, 'timeoutMs')
  demand(maxAnswerBytes > 0, 'maxAnswerBytes')
  demand(marker === undefined || /^[\w.-]+$/.test(marker.text), 'marker')
  // Paced requests start far enough apart for their order to be the order in which they reach the proxy, also when
  // some overlap; so slow answers do not lower the rate. A pooled client is one connection unless asked otherwise.
  const usual = intervalMs === 0 ? 16 : keepAlive ? 1 : 8
  const [session = {}, ...others] = (config.sessions ?? []).map((one) => sessionOf(one, client))
  const sessions: CompleteConfig['sessions'] = [session, ...others]
  // Users wait for an answer, and for its cookies, before they go on.
  const users = isPlain(sessions) ? undefined : sessions.length
  const concurrency = users ?? config.concurrency ?? (pausesMs === undefined ? usual : 1)
  demand(Number.isInteger(concurrency) && concurrency > 0 && concurrency <= 1024, 'concurrency')
  demand(config.targets.length > 0, 'targets')
  return {
    targets: config.targets.map(completeTarget),
    requests,
    durationMs,
    ...(pausesMs === undefined ? {} : { pausesMs }),
    waitMs,
    intervalMs,
    byChance,
    concurrency,
    timeoutMs,
    keepAlive,
    ...(payload === undefined ? {} : { payload }),
    ...(marker === undefined ? {} : { marker: markerOfClient(marker, client) }),
    sessions,
    sharedJars,
    shownCookies: config.shownCookies ?? [],
    ...(config.counter === undefined ? {} : { counter: config.counter }),
    ...(config.cookieSalt === undefined ? {} : { cookieSalt: config.cookieSalt }),
    localPorts,
    identify,
    needles,
    maxAnswerBytes,
  }
}

function sessionOf({ header, isOwn, ...session }: AgentSession, client: number): AgentSession {
  if (header === undefined) return session
  demand(isHeader(header), 'sessions')
  const [name, value] = header
  return { ...session, header: [name, isOwn === true ? `${value}-${client}` : value] }
}

function isHeader([name, value]: readonly [name: string, value: string]): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)
}

/** One user, who keeps nothing: its requests need not wait for each other. */
export function isPlain(sessions: CompleteConfig['sessions']): boolean {
  return sessions.length === 1 && sessions[0].jar !== true && sessions[0].header === undefined
}

function completeTarget({
  scheme,
  host,
  port,
  path = '/',
  hostHeader,
  headers = [],
  redirects = 0,
  upgrade,
  isHttp2 = false,
  tls = {},
}: AgentTarget): CompleteTarget {
  demand(['auto', 'http', 'https', 'tcp', 'udp'].includes(scheme), 'scheme')
  // Everything that becomes a part of the request's head: no way to smuggle in a line of one's own.
  demand(/^[\w.:%-]+$/.test(host), 'host')
  demand(/^\/[\x21-\x7e]*$/.test(path), 'path')
  const header = hostHeader ?? `${host.includes(':') ? `[${host}]` : host}:${port}`
  demand(/^[\w.:[\]%-]+$/.test(header), 'hostHeader')
  demand(
    headers.every((header) => isHeader(header)),
    'headers',
  )
  demand(Number.isInteger(port) && port > 0 && port < 65_536, 'port')
  return {
    scheme,
    host,
    port,
    path,
    hostHeader: header,
    headers,
    redirects,
    isHttp2,
    ...(upgrade === undefined ? {} : { upgrade }),
    tls,
  }
}

function demand(holds: boolean, field: string): void {
  if (!holds) throw new Error(`agent configuration: ${field} is missing or not valid`)
}
