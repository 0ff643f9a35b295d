/**
 * What the agent writes to its standard output: one JSON object per line, numbered.
 *
 * Every line has `line` (1, 2, 3, …) as its first key and `from`: the number of the first observation that it or a
 * later line holds. So a reader that misses lines knows at the next one which observations it misses, and lines
 * that it reads twice are recognised. `target` is the index of the target that the line is about; it is left out for the
 * first one, 0. The rest is one of the keys below. Times are since the first request of the first target.
 *
 *     {"line":1,"from":1,"hello":{…}}            at once when the agent starts
 *     {"line":2,"from":1,"start":{…}}            when a target's scheme is known, right before its first request
 *     {"line":3,"from":1,"known":[0,1],"ids":{"0":{…}},"at":0,"batch":"0.dw.S0.H5k ffk.e1 ffk.dz"}
 *     {"line":4,"from":4,"failure":{…}}          the first failure of a kind, in words
 *     {"line":5,"from":4,"beat":{…}}             at least every second when there is nothing else to say
 *     {"line":6,"from":4,"done":{…}}             a target's last line; then the next target's start, numbers run on
 *     {"line":7,"from":4,"target":1,"start":{…}}
 *     {"line":9,"from":9,"end":{…}}              the last line, or
 *     {"line":9,"from":9,"error":"…"}            the last line of an agent that broke
 *
 * A batch is a list of observations with consecutive numbers, the first one is `from`. Each is a list of fields:
 *
 *     start.latency[.fields…]     numbers in base 36, microseconds; start counts from the previous observation's
 *                                 start, for the first one of a line from `at` (microseconds, decimal)
 *     .O<n>   the outcome is outcomes[n]          (at the start of each line: answered)
 *     .S<n>   the identity is the one in slot n, S alone: there is none (at the start of each line: none)
 *     .H<n>   the HTTP status is n, H alone: none (at the start of each line: none)
 *     .K .C   the connection was kept open before, or opened for it     (at the start of each line: C)
 *     .R<n>   the connection before ended like replacedKinds[n]; holds for this observation only
 *     .P<n>   the client's port; holds for this observation only
 *     .N<n>   the session is n                  (at the start of each line: 0)
 *     .F<n>   n redirects were followed; holds for this observation only
 *     .V<n>   the application says that it is visit n; holds for this observation only
 *     -       instead of all: the run ended before the request did, there is no observation of this number
 *
 * The other fields hold until they change within the line. Identities live in 256 slots that are reused, longest unused first.
 * `ids` says what its slots hold: an Identity, as `seen` the client's address as the server saw it, and what cookies were `set` and `sent`. Slots in use are said again every 16 lines. `known` counts
 * how often slots had been given something new before and after this line: a reader that counted differently has
 * missed some and must forget all that it knew before.
 */
import type { Identity, Observation, Outcome, Scheme } from '../../model/probe/observation.ts'

export const protocolVersion = 2

/** What a slot holds. Who answered and where they saw the client go together: a few pairs occur again and again. */
export interface SlotContent extends Identity {
  /** The observation's `seenAddress`. */
  seen?: string | undefined
  /** Its `cookies` and `cookiesSent`. */
  set?: Observation['cookies'] | undefined
  sent?: Observation['cookiesSent'] | undefined
}

/** Slots for identities. */
export const identitySlots = 256

/** Where every line begins. */
export const linePrefix = '{"line":'

/** Who the agent is. */
export interface Hello {
  protocol: number
  /** Version of the agent. */
  agent: string
  node: string
  pid: number
  hostname: string
  /** Its index among the clients of the Job (JOB_COMPLETION_INDEX), 0 when it is the only one. */
  client: number
  /** The pod's own addresses, without those of loopback and of the link. */
  addresses: string[]
  /** Of the agent in shell: the program that sends its requests. */
  tool?: string
  /** Its clock counts in hundredths of a second or worse, and so do its latencies. */
  isCoarse?: boolean
}

/** Requests to a target begin. */
export interface Start {
  target: number
  /** The number of the last observation before it; absent for 0. */
  after?: number
  scheme: Scheme
  /** The node's clock in milliseconds since 1970 at time 0, so the same for all targets but for steps of that clock. */
  epochMs: number
  /** How long ago the first of the connections that found out the scheme was opened; absent when the agent was told it. */
  detectionMs?: number
  /** Where it was found out that it is not HTTP: what the port does instead, to go on after "the port". */
  notHttp?: string
  /** Asked for HTTP/2 over TLS, the server chose HTTP/1.1, which it is asked in. */
  isHttp1?: true
}

/** Why a request brought no answer, in words. Said once per target, outcome and code. */
export interface FailureReason {
  target: number
  session?: number
  number: number
  outcome: Outcome
  /** As in Node's errors, for example `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  code: string
  message: string
}

export interface Beat {
  /** Milliseconds since the first request; 0 before it. */
  atMs: number
  inFlight: number
}

/** How it went, as counted by the agent: right also when lines were lost on their way. */
export interface Totals {
  /** Requests that ended; those given up when the run was stopped are not in it. */
  requests: number
  connections: number
  outcomes: Partial<Record<Outcome, number>>
  /**
   * Changes from one recognised answer to the next; between unrecognised ones when nothing was recognised. From one
   * target to the next is none.
   */
  switches: number
}

/** A target was asked for the last time. */
export interface TargetEnd extends Totals {
  target: number
  session?: number
}

export interface End extends Totals {
  reason: 'done' | 'duration' | 'signal'
  /** Milliseconds from the first request to the end of the last. */
  durationMs: number
  /** For how long requests were held back because nobody read the output, in milliseconds. */
  stalledMs: number
}

/** Observations that were made and will never arrive. */
export interface Gap {
  /** Number of the first and of the last one, both included. */
  fromObservation: number
  toObservation: number
  /** How many of them are lost: 0 when only lines without observations are missing. */
  observations: number
  /** Missing lines; 0 when observations arrived without what their slots hold. */
  lines: number
}

/** What a line brought. */
export interface Decoded {
  observations: Observation[]
  hello?: Hello
  start?: Start
  failure?: FailureReason
  beat?: Beat
  done?: TargetEnd
  end?: End
  /** Why the agent broke. */
  error?: string
  gap?: Gap
  /** A line that the agent did not write, for example a warning of Node. */
  foreign?: string
}
