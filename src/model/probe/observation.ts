import type { SetCookie } from './cookies/cookie.ts'

/**
 * How one request ended.
 * `answered`: an answer was read, whatever its HTTP status. All others brought no answer.
 */
export type Outcome =
  | 'answered'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'unreachable'
  | 'dns'
  | 'tls'
  | 'protocol'
  | 'error'

export const outcomes: readonly Outcome[] = [
  'answered',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'dns',
  'tls',
  'protocol',
  'error',
]

/** What a server speaks. Over `udp` a request is a datagram, and so is its answer. */
export type Scheme = 'http' | 'https' | 'tcp' | 'udp'

/** How a connection ended that was kept open: closed or reset by the other side, or given up because it hung. */
export type Replaced = 'closed' | 'reset' | 'timeout'

export const replacedKinds: readonly Replaced[] = ['closed', 'reset', 'timeout']

/** One request, as the agent saw it. */
export interface Observation {
  /** 1, 2, 3, … in the order in which the requests were started, on through all targets. */
  number: number
  /** Which of the agent's targets was asked: an index. */
  target: number
  /** In which of the agent's sessions: an index; absent for the first, 0. */
  session?: number
  /** When it was started, in milliseconds since the agent's first request. */
  atMs: number
  /** From the connection's start to the end of the answer, in milliseconds. */
  latencyMs: number
  outcome: Outcome
  /** HTTP status of the answer. */
  status?: number
  /** True when the request opened a connection (over UDP: a socket); false when it used one that was open. */
  newConnection: boolean
  /** With connections that are kept open: how the one before this new one ended. */
  replaced?: Replaced
  /** Who answered; absent when there was no answer. */
  identity?: Identity
  /**
   * The client's address as the server saw it, when the answer says so beyond doubt; IPv6 as RFC 5952 spells it,
   * IPv4 mapped into IPv6 as IPv4.
   */
  seenAddress?: string
  /** What the answer set, redirects that were followed on the way included. */
  cookies?: readonly SetCookie[]
  /** The names of the cookies that the request sent, where there were any; twice where it sent two of one name. */
  cookiesSent?: readonly string[]
  /** The number of the visit in the application's own session, as the answer says it. */
  counter?: number
  /** Redirects that were followed before this answer. */
  redirects?: number
  /** The client's port, when the agent was told to say it. */
  localPort?: number
}

/**
 * What an answer said about who gave it, before it is matched with endpoints.
 * `value` is what a user's rule extracted, or the known name or address that was found in the answer.
 * Where nothing was found, `excerpt` holds the beginning of the answer, `kin` what looks like names and addresses of pods that came
 * later, anywhere in it, and `value` is a digest of it.
 * From a `cache` is an answer that says so of itself: who gave it once says nothing about this request.
 */
export interface Identity {
  source: 'body' | `header:${string}` | 'rule' | 'none' | 'cache'
  value: string
  excerpt?: string
  kin?: readonly string[]
}

/** What answers are searched for: names of endpoints, or what a rule of the user extracts. */
export type IdentifyRule =
  | { kind: 'auto' }
  | { kind: 'json'; path: string }
  | { kind: 'header'; name: string }
  | { kind: 'regex'; pattern: string }

/** Where an answer holds the number of a visit. */
export type CounterRule = Extract<IdentifyRule, { kind: 'json' | 'regex' }>

/**
 * How backends are recognised. `auto`: by the answers, else by the pods' access logs, else by their sockets, else as
 * `anonymous`: distinct answers.
 */
export type IdentifyMode = IdentifyRule | { kind: 'access-log' } | { kind: 'sockets' } | { kind: 'anonymous' }
