import type { EndpointSummary, ProbedService, ProbeRequest, Recognition } from './probe-result.ts'

/** `idle`: each new connection starts the time again. `absolute`: it runs from the connection that picked the pod. */
export type TimerKind = 'idle' | 'absolute'

/**
 * What a measurement found.
 * - `timed`: a client is kept up to a time and no longer.
 * - `held`: it was kept as long as was waited for.
 * - `not-held`: it was not kept even for the shortest pause.
 * - `inexact`: it is kept, and let go at no single time.
 */
export type TimeoutOutcome = 'timed' | 'held' | 'not-held' | 'inexact'

export interface TimeoutFinding {
  outcome: TimeoutOutcome
  /** Held in trials up to this, in milliseconds. */
  fromMs: number
  /** Moved in trials from this on; absent when it never was. */
  toMs?: number
  /** Absent where both kinds are possible, or where it makes no difference. */
  kind?: TimerKind
  /**
   * `exact`: all entries end at one time between the two. `whole-seconds`: each ends at a moment of its own within a
   * second. Absent where both are possible, or where it makes no difference.
   */
  clock?: 'exact' | 'whole-seconds'
  /** How probable it is that the timer is idle, 0 … 1. */
  idleProbability: number
}

export type TimeoutReason =
  | 'no-trials'
  | 'one-endpoint'
  | 'one-client'
  | 'backends-not-told-apart'
  | 'too-few-trials'
  | 'no-single-time'
  | 'interrupted'

export interface TimeoutVerdict {
  /** Compared with what is configured: exit 0, 3 or 4. */
  result: 'as-expected' | 'differs' | 'inconclusive'
  reason?: TimeoutReason
  /** Undefined for sessionAffinity None. */
  configuredSeconds?: number
  /** When entries may end to be as configured, by the clock of the proxy in charge, in milliseconds. Absent without affinity. */
  expected?: { fromMs: number; toMs: number; proxy?: string }
  /** The probability that the finding is wrong is smaller: 1 − confidence. */
  acceptedError: number
}

/** A pause of one client, and whether the connection after it reached the same pod. */
export interface TimeoutTrial {
  /** 1, 2, … */
  round: number
  client: number
  pauseMs: number
  /** With an absolute timer: since the connection that picked the pod. */
  ageMs?: number
  same: boolean
}

export interface TimeoutRound {
  purpose: 'configured' | 'hold' | 'search' | 'confirm'
  clients: number
  /** The longest pause. */
  longestMs: number
}

/** All that one measurement found out: the value between running and reporting. */
export interface TimeoutResult {
  /** The run id of its first Job. */
  runId: string
  /** RFC 3339. */
  startedAt: string
  service: ProbedService
  /** The temporary Service that was measured in the place of `service`. */
  shadow?: { name: string; timeoutSeconds: number }
  endpoints: EndpointSummary
  recognition: Recognition
  request: Pick<ProbeRequest, 'scheme' | 'path' | 'timeoutMs'>
  image: string
  nodes: string[]
  /** The longest pause that may be waited for. */
  maxMs: number
  rounds: TimeoutRound[]
  trials: TimeoutTrial[]
  /** Trials that say nothing: no answer, an answer of nobody known, a pod that went. */
  discarded: { failed: number; unrecognised: number; endpointGone: number }
  /** Absent when nothing was seen that says anything. */
  finding?: TimeoutFinding
  verdict: TimeoutVerdict
  /** Sentences worth reading that change nothing in the verdict. */
  notes: string[]
  /** Wall clock, from the start of the command. */
  totalMs: number
}
