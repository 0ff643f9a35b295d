import type { AgentConfig, TlsConfig } from '../agent/config.ts'
import { requestsNeeded } from '../judge/requests.ts'
import type { Endpoint } from '../model/endpoint.ts'
import type { IdentifyRule } from '../model/observation.ts'
import type { Policy } from '../model/policy.ts'
import type { ProbeRequest } from '../model/probe-result.ts'
import type { ProbeSubject } from './preflight.ts'
import { fewestEligible } from './eligible.ts'
import { needlesOf } from './needles.ts'

/** What the user asks for, complete: every default is filled in except those that depend on the Service. */
export interface ProbeOptions {
  namespace: string
  service: string
  /** Number or name; the first TCP port unless given. */
  port?: string
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
          scheme: options.scheme === 'auto' ? schemeHint(subject) : options.scheme,
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
      identify: options.identify,
      needles,
    },
    request: {
      path: options.path,
      keepAlive: options.keepAlive,
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

function schemeHint(subject: ProbeSubject): 'auto' | 'https' {
  return subject.appProtocol === 'https' || subject.service.portName === 'https' ? 'https' : 'auto'
}

/** Virtual hosts see the name that clients in the cluster use. */
function hostHeader({ service }: ProbeSubject): string {
  const name = `${service.name}.${service.namespace}.svc`
  return service.port === 80 || service.port === 443 ? name : `${name}:${service.port}`
}
