import { cookieNames } from '../../model/probe/cookies/configured.ts'
import type { AgentConfig } from '../../agent/config.ts'
import { requestsForCause, requestsNeeded } from '../../judge/run/requests.ts'
import { errorPerVerdict } from '../../judge/survey.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import { type Expectation, expectationOf, expectationThrough } from '../../model/affinity/expectation.ts'
import type { IdentifyMode, IdentifyRule } from '../../model/probe/observation.ts'
import type { ProbeRequest } from '../../model/probe/results/probe-result.ts'
import type { SurveyEntry, UnaskedPort } from '../../model/probe/results/survey.ts'
import type { SessionSpec } from '../../model/probe/session.ts'
import { applicationOf } from '../../model/probe/cookies/maker.ts'
import { tracesOf } from '../count/attribution/marks.ts'
import { endpointsOfAll } from './entries/behind.ts'
import { defaultEntry } from './entries/default.ts'
import { fewestThrough } from './entries/eligible.ts'
import type { Zones } from './entries/nodes.ts'
import { needlesOf } from './needles.ts'
import type { ProbeOptions } from './options.ts'
import type { ProbeSubject } from './preflight.ts'
import { agentSession, sessionsOf } from './sessions.ts'
import { payloadOf, targetOf } from './targets.ts'
import { defined } from '../../model/common/values.ts'

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
  const { runId = '', entries = [defaultEntry(subject)], clients = 1, cookieSalt, zones } = input
  const { durationMs, until, pausesMs, identify, path, keepAlive, intervalMs, timeoutMs } = options
  const here = options.viaLocal === true
  const asking = clients + Number(here)
  const sessions = sessionsOf(options)
  const expectations = entries.map((entry) =>
    sessions.map((session) => expected(entry, session, options, subject)),
  )
  const requests =
    (pausesMs === undefined ? options.requests : pausesMs.length + 1) ??
    (durationMs === undefined
      ? defaultRequests(options.acceptedError, subject, { entries, sessions, expectations, asking })
      : undefined)
  const all = endpointsOfAll(subject.slices, entries)
  // Told nothing, the agent finds nobody.
  const { needles, endpoints: told, leftOut } = needlesOf(identify.kind === 'anonymous' ? [] : all)
  const tooMany = `${leftOut} of ${all.length} endpoints are too many for the agent to look for in answers`
  const looksAtCookies = options.front !== undefined || sessions.length > 1
  // Users take turns: one that hangs holds up the others.
  const longestMs =
    (pausesMs ?? []).reduce((sum, pause) => sum + pause, 0) +
    (durationMs ?? (requests ?? 0) * Math.max(intervalMs, timeoutMs * sessions.length))
  const sent = { keepAlive, ...payloadOf(options, subject), intervalMs, timeoutMs }
  const agent: AgentConfig = {
    targets: entries.map((entry) => targetOf(entry, options, subject)),
    ...(pausesMs === undefined
      ? defined({ requests })
      : { pausesMs: [pausesOfAll(pausesMs, sessions.length)] }),
    ...(asking > 1 && staysAwake(options, expectations.flat()) ? { byChance: true } : {}),
    ...sent,
    identify: ruleOf(identify),
    needles,
    ...(sessions.some(({ keeps }) => keeps === 'cookies' || keeps === 'one-cookie')
      ? { sessions: sessions.map((session, index) => agentSession(session, index, runId, options)) }
      : {}),
    ...defined({ durationMs, counter: options.counter }),
    ...(options.showCookies === true ? { shownCookies: shownOf(entries) } : {}),
    ...(options.front?.isJourney === true ? { sharedJars: true } : {}),
    ...(looksAtCookies ? defined({ cookieSalt }) : {}),
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
    leavesTraces: traces.localPorts === true,
    request: {
      path,
      ...sent,
      ...defined({ plannedRequests: requests }),
      ...(durationMs === undefined || until !== undefined ? {} : { plannedDurationMs: durationMs }),
    },
    told,
    maxRunSeconds: Math.ceil((entries.length * (longestMs + timeoutMs)) / 1000) + 5,
    notes: [...(leftOut > 0 ? [tooMany] : []), ...(input.notes ?? [])],
    unasked: input.unasked ?? [],
    ...defined({ until, zones }),
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
  accepted: number,
  { slices }: ProbeSubject,
  {
    entries,
    sessions,
    expectations,
    asking,
  }: Pick<ProbePlan, 'entries' | 'sessions' | 'expectations'> & { asking: number },
): number {
  const verdicts = entries.length * asking * sessions.length
  const acceptedError = errorPerVerdict(accepted, verdicts)
  const jars = sessions.filter(({ keeps }) => keeps === 'cookies').length
  const hasControl = jars > 0 && jars < sessions.length
  const needed = entries.flatMap((entry, index) => {
    const eligible = fewestThrough(entry, slices)
    const forCause = hasControl ? requestsForCause(jars, eligible, accepted) : 0
    return expectations[index]!.map(({ behaviour, isFirstFree }) => {
      const forVerdict = requestsNeeded(eligible, acceptedError, behaviour, { verdicts })
      return Math.max(forVerdict, forCause) + (isFirstFree === true ? 1 : 0)
    })
  })
  return Math.max(...needed)
}
