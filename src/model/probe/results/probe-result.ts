import type { Backend } from '../backend.ts'
import type { DirectAccess } from '../direct.ts'
import type { DuringReport } from './during.ts'
import type { Outcome, Scheme } from '../observation.ts'
import type { ServicePolicy } from '../../affinity/policy.ts'
import type { Verdict } from './verdict.ts'

/** All that one probe found out: the value between running and reporting. Times are milliseconds since the first request. */
export interface ProbeResult {
  /** The run id, as in the label of the probe's Job. */
  runId: string
  /** RFC 3339. */
  startedAt: string
  service: ProbedService
  client: ProbeClient
  request: ProbeRequest
  endpoints: EndpointSummary
  recognition: Recognition
  backends: BackendTally[]
  totals: ProbeTotals
  latency: Latency
  outcomes: Partial<Record<Outcome, number>>
  timeline: TimelineCell[]
  switches: Switch[]
  endpointChanges: EndpointChange[]
  /** With a command in the middle. */
  during?: DuringReport
  verdict: Verdict
  /** Each endpoint as it answered past the Service, where it was asked. */
  direct?: DirectAccess[]
  /** Sentences worth reading that change nothing in the verdict. */
  notes: string[]
  /** Where the time went, in milliseconds of wall clock; absent for a stage that was not reached. */
  timing: { prepareMs?: number; podStartMs?: number; requestsMs?: number; totalMs?: number }
}

export interface ProbedService {
  namespace: string
  name: string
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer'
  clusterIP: string
  port: number
  portName?: string
  protocol: 'TCP' | 'UDP'
  policy: ServicePolicy
}

export interface ProbeClient {
  pod: string
  /** The container of a pod that was there before (`--in-pod`). */
  container?: string
  node?: string
  address?: string
  image: string
  /** Why it is that image; absent when the user named it. */
  imageReason?: string
  /** The program that sent the requests where there was no Node. */
  tool?: string
}

export interface ProbeRequest {
  scheme: Scheme
  path?: string
  /** What was sent, over UDP or plain TCP; one character per byte. */
  payload?: string
  keepAlive: boolean
  /** Between the starts of two requests; 0 is as fast as possible. */
  intervalMs: number
  timeoutMs: number
  /** Absent when the run was bounded by a duration. */
  plannedRequests?: number
  plannedDurationMs?: number
}

export interface EndpointSummary {
  ready: number
  total: number
  /** Nodes that hold a ready endpoint. */
  nodes: number
  /** Ready endpoints that the proxy on the client's node may pick (traffic policy, topology hints). */
  eligible: number
  /** What leaves the others out: the traffic policy Local of one side, or topology hints. */
  fewerBy?: 'internalTrafficPolicy' | 'externalTrafficPolicy' | 'hints'
}

export interface Recognition {
  /**
   * `pod-name`, `pod-ip`, `hostname`: the answers named a known endpoint. `address`: an endpoint that is no pod.
   * `fingerprint`: the endpoint gave the same answer when it was asked directly.
   * `rule`: what a rule of the user extracted names no known endpoint and is taken as it is.
   * `access-log`, `sockets`: the answers named nobody, but the pods' access logs or connections tell who got which request.
   * `anonymous`: distinct answers count as backends. `none`: nothing was answered.
   */
  by:
    | 'pod-name'
    | 'pod-ip'
    | 'hostname'
    | 'address'
    | 'fingerprint'
    | 'rule'
    | 'access-log'
    | 'sockets'
    | 'anonymous'
    | 'none'
  /** Where it stood: `body`, `header:NAME`, or `rule` for a rule of the user. */
  source?: string
  /** Answers that no rule could assign to a backend. */
  unrecognised: number
}

/** Percentiles are upper bounds from a histogram with at most 2 % relative error. Milliseconds. */
export interface Latency {
  p50: number
  p90: number
  p99: number
  max: number
}

export interface BackendTally {
  backend: Backend
  hits: number
  /** Of all recognised answers, 0 … 1. */
  share: number
  latency: Latency
  /** Time of the first and of the last answer. */
  firstMs: number
  lastMs: number
  /** HTTP status → number of answers; empty for plain TCP. */
  statuses: Record<string, number>
}

export interface ProbeTotals {
  requests: number
  answered: number
  /** Connections that were opened. */
  connections: number
  /** Observations that the agent made and that never arrived here. */
  lost: number
  durationMs: number
  requestsPerSecond: number
}

/** A stretch of the run: one request, or more once the run is too long to keep each. */
export interface TimelineCell {
  fromMs: number
  toMs: number
  requests: number
  failures: number
  switches: number
  /** The backend that gave every recognised answer of the stretch; absent with none or several. */
  letter?: string
}

/** A change of the backend from one recognised answer to the next. */
export interface Switch {
  /** Number of the request that reached the new backend. */
  number: number
  atMs: number
  from: string
  to: string
  explanation?: SwitchExplanation
}

export type SwitchExplanation =
  /** The backend before it stopped being ready, was removed, or was terminating. */
  | { kind: 'endpoint-gone'; change: EndpointChange }
  /** The client had been silent for longer than the timeout. */
  | { kind: 'timeout-expired'; silentMs: number }
  /** The life of the cookie that holds the user was over, so the request came without it. */
  | ({ kind: 'cookie-ended' } & CookieEnd)

/** A cookie that was not sent any more, as its life was over. */
export interface CookieEnd {
  cookie: string
  /** Since an answer had given it, in milliseconds. */
  ageMs: number
}

export interface EndpointChange {
  atMs: number
  kind: 'added' | 'removed' | 'ready' | 'not-ready' | 'terminating'
  address: string
  pod?: string
  node?: string
}
