import type { Breaks } from '../breaks.ts'
import type { CookieReport, UsersVerdict } from '../cookies/cause.ts'
import type { Crossing } from '../crossing.ts'
import type { DirectAccess } from '../direct.ts'
import type { DroppedCookie } from '../cookies/dropped.ts'
import type { DuringReport } from './during.ts'
import type { ForgedSurvey } from '../cookies/forged.ts'
import type { CookieLifetime } from '../cookies/lifetime.ts'
import type { Outcome } from '../observation.ts'
import type {
  BackendTally,
  EndpointChange,
  EndpointSummary,
  Latency,
  ProbedService,
  ProbeRequest,
  ProbeResult,
  ProbeTotals,
  Recognition,
  PodSwitch,
  TimelineCell,
} from './probe-result.ts'
import type { Policy } from '../../affinity/policy.ts'
import type { SessionSpec } from '../session.ts'
import type { Stranger } from '../cookies/stranger.ts'
import type { TargetRef } from '../../affinity/target.ts'
import type { Verdict } from './verdict.ts'
import type { VisitsReport } from '../cookies/visits.ts'
import type { cell, client, entry, statement, surveyReport } from '../../contract/survey.ts'
import type { Shape } from '../../contract/shape.ts'

type Status = Shape<typeof surveyReport>['status']

/** Where requests came from. */
export type SurveyClient = Shape<typeof client>
export type AbsentClient = Status['absent'][number]
/** What of a Service was meant and could not be asked. */
export type UnaskedPort = NonNullable<Status['unasked']>[number]
export type SurveyBalancer = NonNullable<Shape<typeof entry>['balancer']>
export type BackendHits = Shape<typeof cell>['backends'][number]
/** A fact about several cells. Programs read the fields; the reports put them in words. */
export type SurveyStatement = Shape<typeof statement>

/**
 * All that one probe found out: a verdict for each client at each entry, and what they say together. One client at one
 * entry is the smallest of them: see `soleOf`. Times are milliseconds since the first request of the first client, unless a field says otherwise.
 */
export interface ProbeSurvey {
  /** The run id, as in the label of the probe's Job. */
  runId: string
  /** RFC 3339. */
  startedAt: string
  service: ProbedService
  /** What was named, where it is not the Service itself. */
  target?: TargetRef
  /** One client at one entry was asked for, and not several of which one is left. */
  sole: boolean
  clients: SurveyClient[]
  /** Clients that were asked for and did not run, and why. */
  absent: AbsentClient[]
  entries: SurveyEntry[]
  /** Ports and families that were meant and not asked. */
  unasked?: UnaskedPort[]
  /** What each client keeps; a cell for each of them. */
  sessions: SessionSpec[]
  /** Client by client, each with its entries in their order; only those with a request. */
  cells: SurveyCell[]
  /** Everybody who answered, over all cells; their letters are those of every cell. */
  backends: BackendTally[]
  endpoints: EndpointSummary
  request: ProbeRequest
  recognition: Recognition
  totals: ProbeTotals
  latency: Latency
  outcomes: Partial<Record<Outcome, number>>
  endpointChanges: EndpointChange[]
  /** Each endpoint as it answered past the Service, where it was asked. */
  direct?: DirectAccess[]
  /** With a command in the middle. */
  during?: DuringReport
  verdict: SurveyVerdict
  /** With users who keep cookies: what they say together, for each entry. */
  users?: UsersVerdict[]
  /** With users who took their cookies from place to place: what they found. */
  crossings?: Crossing[]
  /** Cookies that are not what the objects lead one to expect. */
  strangers?: Stranger[]
  /** What cookies that nobody was given became, where that was asked for. */
  forged?: ForgedSurvey
  /** What became of users who left one of several cookies out. */
  dropped?: DroppedCookie[]
  /** How long the cookie lives that keeps users, where that was asked for. */
  lifetime?: CookieLifetime
  /** Where the way breaks, where users moved who should have stayed. */
  breaks?: Breaks
  isNameOpen?: ProbeResult['isNameOpen']
  /** Sentences worth reading that change nothing in the verdict. */
  notes: string[]
  timing: ProbeResult['timing']
}

export type IpFamily = 'IPv4' | 'IPv6'

/** A way into the Service. */
export interface SurveyEntry {
  index: number
  kind: 'cluster-ip' | 'dns' | 'node-port' | 'load-balancer' | 'external-ip' | 'gateway'
  /** What clients connect to: an address, or a name. */
  host: string
  /** The port there: a node port, or the Service's own. */
  port: number
  /** The port of the Service that it leads to. */
  servicePort: number
  portName?: string
  protocol: 'TCP' | 'UDP'
  family: IpFamily
  /** The node whose address it is. */
  node?: string
  /** `internalTrafficPolicy` or `externalTrafficPolicy`, whichever holds here, is Local. */
  policyLocal?: boolean
  /** A load balancer that nodes do not stand in for when their own pods connect to it: `ipMode: Proxy`, or a host name. */
  proxied?: boolean
  /** Who makes the load balancer, where that is known. */
  balancer?: SurveyBalancer
  /** With `gateway`: what is asked for there. */
  front?: FrontPlace
}

/** A host and path behind a gateway, an Ingress controller, or any proxy in front of a Service. */
export interface FrontPlace {
  scheme: 'auto' | 'http' | 'https'
  hostName: string
  path: string
  /** Who is there, in words: `ingress-nginx`. */
  by?: string
  /** What decides on the pod there, as far as objects tell, or was meant to. */
  policy: Policy
  /** Only meant to: the Service behind it picks. */
  isVoid?: boolean
  /** What is configured there beside it: for further Services, and for the choice of one. */
  further?: Policy[]
  /** The Service behind it, where that is not the one of the survey. */
  service?: string
  /** Further Services that requests there are shared out to, and how their port is called. */
  beside?: { name: string; portName?: string }[]
  /** The pod of the gateway that is asked by itself. */
  replica?: string
  /** Requests there ask for a WebSocket. */
  upgrade?: 'websocket'
  /** Requests there are made in HTTP/2. */
  isHttp2?: boolean
  /** The entry to which users come back here, after they were elsewhere with the same cookies. */
  again?: number
}

/** One client at one entry, in one session. */
export interface SurveyCell {
  client: number
  entry: number
  /** The index of what the client kept. */
  session: number
  verdict: Verdict
  recognition: Recognition
  /** By the letters of the survey, the most hits first. */
  backends: BackendHits[]
  /** Addresses that the client had in the eyes of the backends, where answers tell; the most hits first. */
  seenAddresses: { address: string; hits: number }[]
  totals: ProbeTotals
  latency: Latency
  outcomes: Partial<Record<Outcome, number>>
  /** Its first switches; times are since its own first request. */
  switches: PodSwitch[]
  timeline: TimelineCell[]
  /** What it saw of cookies, where they were looked at. */
  cookies?: CookieReport[]
  /** What the application's own count says of its session, where answers were to hold one. */
  visits?: VisitsReport
  /** Redirects that were followed. */
  redirects?: number
  /** Answers that came from a cache: no pod was picked for them. */
  cached?: number
  /** Answers that named no backend, by HTTP status, where there is something in front that may have given them. */
  nameless?: Record<string, number>
  /** Its first failures in words. */
  failures: string[]
  /** When its first request was started. */
  startMs: number
}

/** What all cells say together. */
export interface SurveyVerdict {
  expected: Verdict['expected']
  /** `differs` when any cell does, `inconclusive` when any is; `as-expected` when all cells are. */
  result: Verdict['result']
  /** How many cells behave how. */
  behaviours: Record<Verdict['behaviour'], number>
  /** What can be said of several cells only. */
  statements: SurveyStatement[]
  /** The probability that any of the cells is told wrongly by chance, at most. */
  errorProbability: number
  /** The error that the user accepts for the whole survey: 1 − confidence. */
  acceptedError: number
  /** The part of it that each cell may use. */
  acceptedErrorPerCell: number
}

/** What two entries with different pods for the same client differ in. */
export type EntryDifference = Extract<SurveyStatement, { kind: 'entries-differ' }>['by']
