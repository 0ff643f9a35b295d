import { cookieNames } from '../../model/probe/cookies/configured.ts'
import type { AgentConfig, AgentSession, AgentTarget, TlsConfig } from '../../agent/config.ts'
import { requestsForCause, requestsNeeded } from '../../judge/run/requests.ts'
import { errorPerVerdict } from '../../judge/survey.ts'
import type { Suspect } from '../../model/probe/breaks.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import {
  type Expectation,
  expectationOf,
  expectationThrough,
  isSameHeader,
} from '../../model/affinity/expectation.ts'
import type { ServicePort } from '../../model/cluster/kubernetes.ts'
import type { CounterRule, IdentifyMode, IdentifyRule } from '../../model/probe/observation.ts'
import type { ProbeRequest } from '../../model/probe/results/probe-result.ts'
import type { FrontPlace, SurveyEntry, UnaskedPort } from '../../model/probe/results/survey.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import type { OddHabit, SessionSpec } from '../../model/probe/session.ts'
import { applicationOf } from '../../model/probe/cookies/maker.ts'
import { usageError } from '../../model/common/user-error.ts'
import { tracesOf } from '../count/attribution/marks.ts'
import type { AskedEntries } from './entries/asked.ts'
import { endpointsBehind, endpointsOfAll } from './entries/behind.ts'
import { defaultEntry } from './entries/default.ts'
import type { Zones } from './entries/nodes.ts'
import type { ProbeSubject } from './preflight.ts'
import { fewestEligible } from '../../model/affinity/eligible.ts'
import { needlesOf } from './needles.ts'
import { defined } from '../../model/common/values.ts'

/** What the user asks for, complete: every default is filled in except those that depend on the Service. */
export interface ProbeOptions {
  namespace: string
  service: string
  /** Number or name; the first TCP port unless given, or the first UDP port where there is no other. */
  port?: string
  /** Unless given that of the port. */
  protocol?: 'TCP' | 'UDP'
  /** What is sent over UDP, and over plain TCP: one character per byte. */
  payload?: string
  path: string
  scheme: 'auto' | 'http' | 'https' | 'tcp'
  /** At most one of the two; the number follows from the endpoints when neither is given. */
  requests?: number
  durationMs?: number
  /** What ends the run, as in "until stopped"; then `durationMs` is only the longest that it may take. */
  until?: string
  /** Between the starts of two requests; 0 is as fast as possible. */
  intervalMs: number
  timeoutMs: number
  keepAlive: boolean
  tls: TlsConfig
  /** Unless given, one that the nodes have, or the default. */
  image?: string
  node?: string
  /** The pods that send the requests, instead of ones that are made for that. */
  inPods?: readonly { pod: string; container?: string }[]
  expect?: 'sticky' | 'spread'
  /** 1 − confidence. */
  acceptedError: number
  identify: IdentifyMode
  /** Ask each endpoint directly first, and recognise it by its answers. */
  fingerprint?: boolean
  /** How long the pod may take to run. */
  podRunningTimeoutMs: number
  /** An image that cannot be pulled may yet come until then: somebody said how long to wait. */
  waitsForImage?: boolean
  /** How many client pods; one unless given, and one for each node with `spreadNodes`. None with `viaLocal` only. */
  clients?: number
  /** As many clients on one node as on any other. */
  spreadNodes?: boolean
  /** The clients use their node's network and have its address. */
  hostNetwork?: boolean
  /** Where clients enter; by the cluster IP unless given. */
  via?: AskedEntries
  /** The machine that this program runs on is a client as well; the only one with no `clients`. */
  viaLocal?: boolean
  /** What stands in front of the Service, where requests go through that. */
  front?: Front
  /** What became of that since, in words; asked when the run is over. */
  frontChanges?: () => Promise<readonly string[]>
  /** How many users of each client keep cookies; none unless given. */
  users?: number
  /** Users who send one cookie that nobody gave them, `name=value`; nobody else asks then. */
  oneCookie?: readonly string[]
  /** Users beside them who do something with their cookies that browsers do not. */
  oddUsers?: readonly OddHabit[]
  /** How long each waits from one request to the next, instead of a rate and a number of requests. */
  pausesMs?: readonly number[]
  /** No requests beside theirs that keep nothing. */
  withoutControl?: boolean
  /** Where answers hold the number of a visit, as the application counts it in its own session. */
  counter?: CounterRule
  /** Tell the values of cookies that proxies make. */
  showCookies?: boolean
  /** Further headers of each request. */
  headers?: readonly (readonly [name: string, value: string])[]
}

/** A way in that is not the Service's own. */
export interface Front {
  /** What was named, where it is not the Service. */
  target?: TargetRef
  places: readonly (FrontPlace & { address: string; port: number; certificate?: ServedCertificate })[]
  /** Further Services in the namespace of the first that places lead to; each place then says which. */
  others?: readonly string[]
  /** Users take their cookies along from place to place. */
  isJourney?: boolean
  /** The sidecar of who asks decides. */
  isMesh?: boolean
  /** What `explain` found wrong with it. */
  suspects?: readonly Suspect[]
}

/** By what a gateway is known, over TLS. */
export interface ServedCertificate {
  /** Where it is kept, in words. */
  secret: string
  /** In PEM: trusted beside the public authorities. */
  trusted: string
}

/** Redirects that are followed behind a gateway, which sends http to https, or to a path of its own. */
const mostRedirects = 5

/** All that a probe will do; made once, before anything is made in the cluster. */
export interface ProbePlan {
  runId: string
  agent: AgentConfig
  entries: readonly SurveyEntry[]
  /** What each client keeps. */
  sessions: readonly SessionSpec[]
  /** How many clients in pods. */
  clients: number
  /** The machine that this program runs on is a client as well. */
  here: boolean
  /** One client at one entry was asked for. */
  sole: boolean
  /** What each session should see at each entry. */
  expectations: readonly (readonly Expectation[])[]
  /** What the digests of cookies are made with, where cookies are looked at. */
  cookieSalt?: string
  /** Requests leave traces by which they can be found again where answers name nobody. */
  leavesTraces: boolean
  request: Omit<ProbeRequest, 'scheme'>
  /** What ends the run, where neither a number of requests nor a time does. */
  until?: string
  /** The endpoints that the agent looks for in answers. */
  told: readonly Endpoint[]
  /** The longest that the agent can need, in seconds. */
  maxRunSeconds: number
  /** Sentences for the report: what the plan leaves out. */
  notes: string[]
  /** Ports and families that were meant and have no entry. */
  unasked: readonly UnaskedPort[]
  zones?: Zones
}

/** What a plan is made for; what is left out is one client at the cluster IP. */
export interface PlanInput {
  runId?: string
  /** Asked one after the other by each client, each on the whole schedule. */
  entries?: readonly SurveyEntry[]
  /** In pods. */
  clients?: number
  cookieSalt?: string
  /** Sentences for the report that were found on the way. */
  notes?: readonly string[]
  unasked?: readonly UnaskedPort[]
  zones?: Zones
}

/** Turns what was asked into what the agents are told. Pure; the Service was examined before. */
export function planProbe(options: ProbeOptions, subject: ProbeSubject, input: PlanInput = {}): ProbePlan {
  const { runId = '', entries = [defaultEntry(subject)], clients = 1 } = input
  const { durationMs, until } = options
  const here = options.viaLocal === true
  const asking = clients + Number(here)
  const { pausesMs } = options
  const requests =
    (pausesMs === undefined ? options.requests : pausesMs.length + 1) ??
    (durationMs === undefined ? defaultRequests(options, subject, entries, asking) : undefined)
  const all = endpointsOfAll(subject.slices, entries)
  const { identify } = options
  // Told nothing, the agent finds nobody.
  const { needles, endpoints: told, leftOut } = needlesOf(identify.kind === 'anonymous' ? [] : all)
  const tooMany = `${leftOut} of ${all.length} endpoints are too many for the agent to look for in answers`
  const sessions = sessionsOf(options)
  const looksAtCookies = options.front !== undefined || sessions.length > 1
  const expectations = entries.map((entry) =>
    sessions.map((session) => expected(entry, session, options, subject)),
  )
  // Users take turns: one that hangs holds up the others.
  const longestMs =
    (pausesMs ?? []).reduce((sum, pause) => sum + pause, 0) +
    (durationMs ?? (requests ?? 0) * Math.max(options.intervalMs, options.timeoutMs * sessions.length))
  const agent: AgentConfig = {
    targets: entries.map((entry) => targetOf(entry, options, subject)),
    ...(pausesMs === undefined ? {} : { pausesMs: [pausesOfAll(pausesMs, sessions.length)] }),
    ...(requests === undefined || pausesMs !== undefined ? {} : { requests }),
    ...defined({ durationMs }),
    intervalMs: options.intervalMs,
    ...(asking > 1 && staysAwake(options, expectations.flat()) ? { byChance: true } : {}),
    timeoutMs: options.timeoutMs,
    keepAlive: options.keepAlive,
    ...payloadOf(options, subject),
    identify: ruleOf(identify),
    needles,
    ...(keepsNoCookies(sessions)
      ? {}
      : {
          sessions: sessions.map((session, index) =>
            agentSession(session, index, { oneCookie: options.oneCookie, runId }),
          ),
        }),
    ...defined({ counter: options.counter }),
    ...(options.showCookies === true ? { shownCookies: shownOf(entries) } : {}),
    ...(options.front?.isJourney === true ? { sharedJars: true } : {}),
    ...(looksAtCookies && input.cookieSalt !== undefined ? { cookieSalt: input.cookieSalt } : {}),
  }
  const traces = tracesOf(identify, agent, runId, asking * entries.length * sessions.length)
  return {
    runId,
    agent: { ...agent, ...traces },
    entries,
    sessions,
    clients,
    here,
    sole: isSole(options),
    expectations,
    ...defined({ cookieSalt: agent.cookieSalt }),
    leavesTraces: traces.localPorts === true,
    request: {
      path: options.path,
      keepAlive: options.keepAlive,
      ...payloadOf(options, subject),
      intervalMs: options.intervalMs,
      timeoutMs: options.timeoutMs,
      ...defined({ plannedRequests: requests }),
      ...(durationMs === undefined || until !== undefined ? {} : { plannedDurationMs: durationMs }),
    },
    ...defined({ until }),
    told,
    maxRunSeconds: Math.ceil((entries.length * (longestMs + options.timeoutMs)) / 1000) + 5,
    notes: [...(leftOut > 0 ? [tooMany] : []), ...(input.notes ?? [])],
    unasked: input.unasked ?? [],
    ...defined({ zones: input.zones }),
  }
}

/** All users make their requests at once, then all wait. */
function pausesOfAll(pausesMs: readonly number[], users: number): number[] {
  const atOnce = Array.from({ length: users - 1 }, () => 0)
  return [...pausesMs.flatMap((pause) => [...atOnce, pause]), ...atOnce]
}

/** A pause by chance of many times the interval is no silence after which affinity may be over. */
function staysAwake({ intervalMs }: ProbeOptions, expectations: readonly Expectation[]): boolean {
  return expectations.every(({ idleMs = Infinity }) => idleMs > 20 * intervalMs)
}

/** The cookies that a proxy is configured to make; never empty, as that would mean that none is told. */
function shownOf(entries: readonly SurveyEntry[]): string[] {
  const names = entries.flatMap(({ front }) => cookieNames(front, ({ madeBy }) => madeBy !== 'application'))
  return ['', ...new Set(names.filter((name) => applicationOf(name) === undefined))]
}

/** Users with a jar each, and beside them requests that keep nothing. */
function sessionsOf({
  users = 0,
  withoutControl,
  keepAlive,
  oneCookie,
  oddUsers = [],
  front,
  headers = [],
}: ProbeOptions): SessionSpec[] {
  if (oneCookie !== undefined) return oneCookie.map(() => ({ keeps: 'one-cookie' }))
  const plain: SessionSpec = { keeps: keepAlive ? 'connection' : 'nothing' }
  if (users === 0 && oddUsers.length === 0) return [plain]
  const header = userHeader(front)
  // Who says the same in it for all is one user.
  const isSaid = headers.some(([name]) => isSameHeader(name, header))
  const says = header === undefined || isSaid ? {} : { header }
  const jars = Array.from({ length: users }, (): SessionSpec => ({ keeps: 'cookies', ...says }))
  jars.push(...oddUsers.map((habit): SessionSpec => ({ keeps: 'cookies', ...says, ...habit })))
  return withoutControl === true ? jars : [...jars, plain]
}

/** The header by which something in front tells users apart, where it does. */
function userHeader(front: Front | undefined): string | undefined {
  const policies = (front?.places ?? []).map(({ policy }) => policy)
  return policies.flatMap((policy) => (policy.kind === 'header' ? (policy.name ?? []) : []))[0]
}

/** What the agent does for a session. */
function agentSession(
  session: SessionSpec,
  index: number,
  { oneCookie, runId }: { oneCookie: readonly string[] | undefined; runId: string },
): AgentSession {
  if (session.keeps === 'one-cookie') return { header: ['Cookie', oneCookie?.[index] ?? ''] }
  if (session.keeps !== 'cookies') return {}
  const { header, pastEnd, without } = session
  return {
    jar: true,
    ...defined({ pastEnd, without }),
    ...(header === undefined ? {} : { header: [header, `affinity-probe-${runId}-${index}`], isOwn: true }),
  }
}

function keepsNoCookies(sessions: readonly SessionSpec[]): boolean {
  return sessions.every(({ keeps }) => keeps !== 'cookies' && keeps !== 'one-cookie')
}

function expected(
  { front }: SurveyEntry,
  { keeps }: SessionSpec,
  options: ProbeOptions,
  { service }: ProbeSubject,
): Expectation {
  if (front === undefined && (options.users ?? 0) === 0) return expectationOf(service.policy, options.expect)
  const headers = (options.headers ?? []).map(([name]) => name)
  return expectationThrough(front?.policy ?? service.policy, keeps === 'cookies', options.expect, headers)
}

/** What was asked for leaves no room for a second client, entry or session. */
function isSole(options: ProbeOptions): boolean {
  const { clients = 1, spreadNodes, via, viaLocal, inPods = [], front, users = 0 } = options
  if (front !== undefined || users > 0) return false
  return clients === 1 && spreadNodes !== true && via === undefined && viaLocal !== true && inPods.length < 2
}

/** What the agent does of it: it reads answers. */
function ruleOf(mode: IdentifyMode): IdentifyRule {
  return mode.kind === 'access-log' || mode.kind === 'sockets' || mode.kind === 'anonymous'
    ? { kind: 'auto' }
    : mode
}

/** Without a number of the user: enough for the accepted error, wherever the clients will run. */
function defaultRequests(
  options: ProbeOptions,
  subject: ProbeSubject,
  entries: readonly SurveyEntry[],
  clients: number,
): number {
  const { slices } = subject
  const sessions = sessionsOf(options)
  const verdicts = entries.length * clients * sessions.length
  const acceptedError = errorPerVerdict(options.acceptedError, verdicts)
  const jars = sessions.filter(({ keeps }) => keeps === 'cookies').length
  const hasControl = jars > 0 && jars < sessions.length
  return Math.max(
    ...entries.flatMap((entry) => {
      const policy = entry.policyLocal === true ? 'Local' : 'Cluster'
      const eligible = fewestEligible(endpointsBehind(slices, entry), policy)
      return sessions.map((session) => {
        const { behaviour, isFirstFree } = expected(entry, session, options, subject)
        const needed = requestsNeeded(eligible, acceptedError, behaviour, { verdicts })
        const forCause = hasControl ? requestsForCause(jars, eligible, options.acceptedError) : 0
        return Math.max(needed, forCause) + (isFirstFree === true ? 1 : 0)
      })
    }),
  )
}

function targetOf(entry: SurveyEntry, options: ProbeOptions, { service, ports }: ProbeSubject): AgentTarget {
  const { headers } = options
  const own = headers === undefined || headers.length === 0 ? {} : { headers: [...headers] }
  if (entry.front !== undefined) {
    const { scheme, hostName, path, upgrade, isHttp2 } = entry.front
    const certificate = options.front?.places[entry.index]?.certificate
    const trusted = certificate === undefined ? {} : { trusted: certificate.trusted }
    return {
      scheme,
      host: entry.host,
      port: entry.port,
      path,
      hostHeader: hostName,
      redirects: mostRedirects,
      ...defined({ upgrade }),
      ...(isHttp2 === true ? { isHttp2 } : {}),
      ...own,
      tls: { serverName: hostName.replace(/:\d+$/, ''), ...trusted, ...options.tls },
    }
  }
  const name = `${service.name}.${service.namespace}.svc`
  return {
    ...own,
    scheme: schemeOf(options, entry, ports),
    host: entry.host,
    port: entry.port,
    path: options.path,
    // Virtual hosts see the name that clients in the cluster use.
    hostHeader: [80, 443].includes(entry.servicePort) ? name : `${name}:${entry.servicePort}`,
    tls: { serverName: name, ...options.tls },
  }
}

/** Throws UserError where a UDP port is to be asked nothing, or in HTTP. */
function schemeOf(
  { scheme, payload, service }: ProbeOptions,
  entry: SurveyEntry,
  ports: readonly ServicePort[],
): AgentTarget['scheme'] {
  if (entry.protocol === 'UDP') {
    const udp = `port ${entry.portName ?? entry.servicePort} of service/${service} is UDP`
    if (scheme !== 'auto') throw usageError(`${udp}: ${scheme} is spoken over TCP`)
    if (payload === undefined) {
      throw usageError(`${udp}: what should be sent is not known`, { remedy: 'say-datagram' })
    }
    return 'udp'
  }
  if (scheme !== 'auto') return scheme
  return payload === undefined ? schemeHint(entry, ports) : 'tcp'
}

/** Over TCP a text without a line end would leave most servers waiting for it. */
function payloadOf({ payload }: ProbeOptions, { service }: ProbeSubject): { payload?: string } {
  if (payload === undefined) return {}
  return { payload: service.protocol === 'UDP' || payload.endsWith('\n') ? payload : `${payload}\n` }
}

function schemeHint({ servicePort, portName }: SurveyEntry, ports: readonly ServicePort[]): 'auto' | 'https' {
  const { appProtocol } = ports.find(({ port, name }) => port === servicePort && name === portName) ?? {}
  return appProtocol === 'https' || portName === 'https' ? 'https' : 'auto'
}
