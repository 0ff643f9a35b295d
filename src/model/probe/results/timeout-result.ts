import type { EndpointSummary, ProbedService, ProbeRequest, Recognition } from './probe-result.ts'
import type { SurveyEntry } from './survey.ts'
import type { finding, status, trial } from '../../contract/timeout.ts'
import type { Shape } from '../../contract/shape.ts'

export type TimeoutFinding = Shape<typeof finding>
export type TimeoutTrial = Shape<typeof trial>
export type TimeoutRound = Shape<typeof status>['rounds'][number]

/** `idle`: each new connection starts the time again. `absolute`: it runs from the connection that picked the pod. */
export type TimerKind = 'idle' | 'absolute'

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

/** All that one measurement found out: the value between running and reporting. */
export interface TimeoutResult {
  /** The run id of its first Job. */
  runId: string
  /** RFC 3339. */
  startedAt: string
  service: ProbedService
  /** The temporary Service that was measured in the place of `service`. */
  shadow?: { name: string; timeoutSeconds: number }
  /** Where the Service was entered; at its cluster IP unless given. */
  entry?: SurveyEntry
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
