import type { ServicePolicy } from '../../affinity/policy.ts'

/**
 * What a run showed.
 * - `sticky`: every answer came from one backend, or every switch is explained.
 * - `spread`: picks are independent of each other.
 * - `broken`: neither: backends are kept for a while and changed without an explanation.
 * - `inconclusive`: the run cannot tell; `reason` says why.
 */
export type Behaviour = 'sticky' | 'spread' | 'broken' | 'inconclusive'

export type InconclusiveReason =
  | 'no-answers'
  | 'too-few-requests'
  | 'failures'
  | 'uneven-shares'
  | 'clustered'
  | 'moves'
  | 'silences'
  | 'one-name'
  | 'service-changed'
  | 'one-endpoint'
  | 'one-connection'
  | 'backends-not-told-apart'
  | 'observations-lost'
  | 'interrupted'

export interface Verdict {
  behaviour: Behaviour
  /** What the Service is configured for, or what the user expects. */
  expected: 'sticky' | 'spread'
  /** `as-expected` → exit 0, `differs` → exit 3, `inconclusive` → exit 4. */
  result: 'as-expected' | 'differs' | 'inconclusive'
  reason?: InconclusiveReason
  /**
   * The probability that the behaviour is told wrongly by chance, 0 … 1:
   * - `sticky`: that independent picks look like this;
   * - `broken`: that independent picks show as few switches;
   * - `spread`: that an affinity which keeps every second pick shows as many switches;
   * - `inconclusive`: of the nearest statement, 1 where there is none.
   */
  errorProbability: number
  /** The error that the user accepts: 1 − confidence. */
  acceptedError: number
  /** Requests that were answered by a known backend, and the connections they needed. */
  answers: number
  picks: number
  /** Changes of the backend from one answer to the next. */
  switches: number
  explainedSwitches: number
  /** How many switches independent picks with the same shares have on average; absent with fewer than two picks. */
  switchesIfIndependent?: number
  /** Endpoints among which a proxy on the client's node picks, as far as known. */
  eligibleEndpoints: number
  /** With `sticky`: a share of unexplained switches above this would have shown with probability 1 − acceptedError. */
  breakRateBound?: number
  /**
   * With `sticky`, where it is not known how the proxy shares out picks: independent ones of which no endpoint gets a
   * larger share than this are excluded, and those with a larger share are not.
   */
  excludedShare?: number
  /** With `broken`: the stretch in which one backend is picked more often than in the rest, where there is one. */
  place?: { fromMs: number; toMs: number; letter: string }
  /** With a Service that was changed: the parts of the run between, each judged by what held then. */
  stretches?: HeldStretch[]
  /** With `failures`: endpoints that are not known to answer anybody. */
  unheard?: string[]
}

/** A part of a run in which the Service stayed as it was. */
export interface HeldStretch extends Pick<
  Verdict,
  | 'behaviour'
  | 'expected'
  | 'result'
  | 'reason'
  | 'errorProbability'
  | 'answers'
  | 'switches'
  | 'explainedSwitches'
> {
  /** Its first and its last request. */
  fromMs: number
  toMs: number
  policy: ServicePolicy
  /** Where the traffic policy was changed: whether nodes picked among their own endpoints only. */
  policyLocal?: boolean
}
