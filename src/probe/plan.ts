import type { AgentConfig, AgentTarget, TlsConfig } from '../agent/config.ts'
import { requestsNeeded } from '../judge/requests.ts'
import type { Endpoint } from '../model/endpoint.ts'
import type { IdentifyRule } from '../model/observation.ts'
import type { Policy } from '../model/policy.ts'
import type { ProbeRequest } from '../model/probe-result.ts'
import { UserError } from '../model/user-error.ts'
import type { ProbeSubject } from './preflight.ts'
import { fewestEligible } from './eligible.ts'
import { needlesOf } from './needles.ts'

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
  /** Between the starts of two requests; 0 is as fast as possible. */
  intervalMs: number
  timeoutMs: number
  keepAlive: boolean
  tls: TlsConfig
  image: string
  node?: string
  expect?: 'sticky' | 'spread'
  /** 1 − confidence. */
  acceptedError: number
  identify: IdentifyRule
  /** How long the pod may take to run. */
  podRunningTimeoutMs: number
}

export interface ProbePlan {
  agent: AgentConfig
  request: Omit<ProbeRequest, 'scheme'>
  /** The endpoints that the agent looks for in answers. */
  told: readonly Endpoint[]
  /** The longest that the agent can need, in seconds. */
  maxRunSeconds: number
  /** Sentences for the report: what the plan leaves out. */
  notes: string[]
}

/** Turns what was asked into what the agent is told. Pure; the Service was examined before. */
export function planProbe(options: ProbeOptions, subject: ProbeSubject): ProbePlan {
  const { service } = subject
  const { durationMs } = options
  const requests =
    options.requests ?? (durationMs === undefined ? defaultRequests(options, subject) : undefined)
  const { needles, endpoints: told, leftOut } = needlesOf(subject.allEndpoints)
  const notes: string[] = []
  if (leftOut > 0)
    notes.push(
      `${leftOut} of ${subject.allEndpoints.length} endpoints are too many for the agent to look for in answers`,
    )
  const longestMs = durationMs ?? (requests ?? 0) * Math.max(options.intervalMs, options.timeoutMs)
  return {
    agent: {
      targets: [
        {
          scheme: schemeOf(options, subject),
          host: service.clusterIP,
          port: service.port,
          path: options.path,
          hostHeader: hostHeader(subject),
          tls: { serverName: `${service.name}.${service.namespace}.svc`, ...options.tls },
        },
      ],
      ...(requests === undefined ? {} : { requests }),
      ...(durationMs === undefined ? {} : { durationMs }),
      intervalMs: options.intervalMs,
      timeoutMs: options.timeoutMs,
      keepAlive: options.keepAlive,
      ...payloadOf(options, subject),
      identify: options.identify,
      needles,
    },
    request: {
      path: options.path,
      keepAlive: options.keepAlive,
      ...payloadOf(options, subject),
      intervalMs: options.intervalMs,
      timeoutMs: options.timeoutMs,
      ...(requests === undefined ? {} : { plannedRequests: requests }),
      ...(durationMs === undefined ? {} : { plannedDurationMs: durationMs }),
    },
    told,
    maxRunSeconds: Math.ceil((longestMs + options.timeoutMs) / 1000) + 5,
    notes,
  }
}

/** Without a number of the user: enough for the accepted error, wherever the client will run. */
function defaultRequests(options: ProbeOptions, subject: ProbeSubject): number {
  const eligible = fewestEligible(subject.endpoints, subject.localOnly ? 'Local' : 'Cluster')
  return requestsNeeded(eligible, options.acceptedError, expectedOf(options, subject.service.policy))
}

/** What the run is compared with: what the user says, else what the Service is configured for. */
export function expectedOf({ expect }: Pick<ProbeOptions, 'expect'>, policy: Policy): 'sticky' | 'spread' {
  return expect ?? (policy.kind === 'none' ? 'spread' : 'sticky')
}

/** Throws UserError where a UDP port is to be asked nothing, or in HTTP. */
function schemeOf({ scheme, payload }: ProbeOptions, subject: ProbeSubject): AgentTarget['scheme'] {
  const { name, port, portName, protocol } = subject.service
  if (protocol === 'UDP') {
    const udp = `port ${portName ?? port} of service/${name} is UDP`
    if (scheme !== 'auto') throw new UserError(`${udp}: --scheme ${scheme} is of TCP`, { exitCode: 2 })
    if (payload === undefined) {
      throw new UserError(`${udp}: what should be sent is not known`, {
        exitCode: 2,
        hints: ['say what a datagram must hold so that the server answers:  --send TEXT'],
      })
    }
    return 'udp'
  }
  if (scheme !== 'auto') return scheme
  return payload === undefined ? schemeHint(subject) : 'tcp'
}

/** Over TCP a text without a line end would leave most servers waiting for it. */
function payloadOf({ payload }: ProbeOptions, { service }: ProbeSubject): { payload?: string } {
  if (payload === undefined) return {}
  return { payload: service.protocol === 'UDP' || payload.endsWith('\n') ? payload : `${payload}\n` }
}

function schemeHint(subject: ProbeSubject): 'auto' | 'https' {
  return subject.appProtocol === 'https' || subject.service.portName === 'https' ? 'https' : 'auto'
}

/** Virtual hosts see the name that clients in the cluster use. */
function hostHeader({ service }: ProbeSubject): string {
  const name = `${service.name}.${service.namespace}.svc`
  return service.port === 80 || service.port === 443 ? name : `${name}:${service.port}`
}
