import type { Backend } from '../backend.ts'
import type { DirectAccess } from '../direct.ts'
import type { DuringReport } from './during.ts'
import type { Outcome } from '../observation.ts'
import type { ServicePolicy } from '../../affinity/policy.ts'
import type { Verdict } from './verdict.ts'
import type {
  endpointChange,
  endpoints,
  explanation,
  latency,
  recognition,
  request,
  switchSchema,
  timelineCell,
  totals,
  probeReport,
} from '../../contract/probe.ts'
import type { Shape } from '../../contract/shape.ts'

type Status = Shape<typeof probeReport>['status']

/** The pod that sent the requests. */
export type ProbeClient = Status['client']

/** What was sent. This and what follows is as in the JSON contract, which says what each field means. */
export type ProbeRequest = Shape<typeof request>
export type EndpointSummary = Shape<typeof endpoints>
export type Recognition = Shape<typeof recognition>
export type Latency = Shape<typeof latency>
export type ProbeTotals = Shape<typeof totals>
export type TimelineCell = Shape<typeof timelineCell>
export type PodSwitch = Shape<typeof switchSchema>
export type SwitchExplanation = Shape<typeof explanation>
export type EndpointChange = Shape<typeof endpointChange>

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
  switches: PodSwitch[]
  endpointChanges: EndpointChange[]
  /** With a command in the middle. */
  during?: DuringReport
  verdict: Verdict
  /** Each endpoint as it answered past the Service, where it was asked. */
  direct?: DirectAccess[]
  /** All answers name one pod, and no other one told whether it says the same. */
  isNameOpen?: boolean
  /** Sentences worth reading that change nothing in the verdict. */
  notes: string[]
  /** Where the time went, in milliseconds of wall clock; absent for a stage that was not reached. */
  timing: Status['timing']
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

/** A cookie that was not sent any more, as its life was over. */
export interface CookieEnd {
  cookie: string
  /** Since an answer had given it, in milliseconds. */
  ageMs: number
}
