/**
 * What the agent writes to its standard output: one JSON object per line, numbered.
 *
 * Every line has `line` (1, 2, 3, …) as its first key and `from`: the number of the first observation that it or a
 * later line holds. So a reader that misses lines knows at the next one which observations it misses, and lines
 * that it reads twice are recognised. The rest is one of the keys below. Times are since the first request.
 *
 *     {"line":1,"from":1,"hello":{…}}            at once when the agent starts
 *     {"line":2,"from":1,"start":{…}}            when the scheme is known, right before the first request
 *     {"line":3,"from":1,"known":[0,1],"ids":{"0":{…}},"at":0,"batch":"0.dw.S0.H5k ffk.e1 ffk.dz"}
 *     {"line":4,"from":4,"failure":{…}}          the first failure of a kind, in words
 *     {"line":5,"from":4,"beat":{…}}             at least every second when there is nothing else to say
 *     {"line":6,"from":4,"end":{…}}              the last line, or
 *     {"line":6,"from":4,"error":"…"}            the last line of an agent that broke
 *
 * A batch is a list of observations with consecutive numbers, the first one is `from`. Each is a list of fields:
 *
 *     start.latency[.fields…]     numbers in base 36, microseconds; start counts from the previous observation's
 *                                 start, for the first one of a line from `at` (microseconds, decimal)
 *     .O<n>   the outcome is outcomes[n]          (at the start of each line: answered)
 *     .S<n>   the identity is the one in slot n, S alone: there is none (at the start of each line: none)
 *     .H<n>   the HTTP status is n, H alone: none (at the start of each line: none)
 *     .K .C   the connection was kept open before, or opened for it     (at the start of each line: C)
 *     -       instead of all: the run ended before the request did, there is no observation of this number
 *
 * Fields hold until they change within the line. Identities live in 256 slots that are reused, longest unused first.
 * `ids` says what its slots hold from this line on, and slots in use are said again every 16 lines. `known` counts
 * how often slots had been given something new before and after this line: a reader that counted differently has
 * missed some and must forget all that it knew before.
 */
import type { Identity, Observation, Outcome } from '../model/observation.ts'
import type { Scheme } from './config.ts'

export const protocolVersion = 1

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
  /** The pod's own addresses, without those of loopback and of the link. */
  addresses: string[]
}

/** The scheme that the requests use, and the node's clock in milliseconds since 1970 at the first request. */
export interface Start {
  scheme: Scheme
  epochMs: number
}

/** Why a request brought no answer, in words. Said once per outcome and code. */
export interface Failure {
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
export interface End {
  reason: 'done' | 'duration' | 'signal'
  /** Milliseconds from the first request to the end of the last. */
  durationMs: number
  /** Requests that ended; those given up when the run was stopped are not in it. */
  requests: number
  connections: number
  outcomes: Partial<Record<Outcome, number>>
  /** The identities with the most hits, without excerpts. */
  identities: { identity: Identity; hits: number }[]
  /** Hits of identities that are not in the list. */
  otherHits: number
  /** Changes from one recognised answer to the next; between unrecognised ones when nothing was recognised. */
  switches: number
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
  failure?: Failure
  beat?: Beat
  end?: End
  /** Why the agent broke. */
  error?: string
  gap?: Gap
  /** A line that the agent did not write, for example a warning of Node. */
  foreign?: string
}
