import type { Backend } from '../model/probe/backend.ts'
import type { Observation } from '../model/probe/observation.ts'
import type { EndpointChange, PodSwitch, TimelineCell } from '../model/probe/results/probe-result.ts'
import type { ProbeSurvey } from '../model/probe/results/survey.ts'
import type { TimeoutResult } from '../model/probe/results/timeout-result.ts'
import type { Verdict } from '../model/probe/results/verdict.ts'
import type { SwitchRecord } from './count/tally/switches.ts'

/** When a run ends other than by itself. */
export interface RunControl {
  /** Stop, clean up, and report what was seen so far. */
  interrupted: AbortSignal
  /** Ends the run as if it had come to its own end. */
  finished?: AbortSignal
  /** Do not even clean up any more. */
  abandoned: AbortSignal
}

/** For the person who waits. */
export type Telling =
  /** What is being waited for. */
  | { kind: 'stage'; text: string }
  /** A sentence that stays. */
  | { kind: 'note'; text: string }

/** One thing that happens in a probe, from the first read to the end of the clean-up. */
export type ProbeStep =
  | Telling
  /** What will be judged, and of how many endpoints: before the first request. */
  | {
      kind: 'planned'
      expected: Verdict['expected']
      endpoints: number
      clients: number
      entries: number
      /** Of each client. */
      users: number
      /** What holds them is hashed to a pod: any change of the endpoints moves some. */
      isHashed: boolean
    }
  /** A client said something, so that time has passed: `nowMs` since the first request of the run. */
  | { kind: 'observed'; nowMs: number; seen: readonly Observed[]; changes: readonly EndpointChange[] }
  /** A client will say nothing any more. */
  | { kind: 'ended'; client: number }
  /** What happened to the endpoints just now. */
  | { kind: 'endpoints'; changes: readonly EndpointChange[] }
  /** The run so far; worth its while only when it is shown. */
  | { kind: 'state'; state: () => LiveProbe }
  /** What was found. The clean-up follows. */
  | { kind: 'result'; result: ProbeSurvey }

/** One thing that happens in a measurement of a timeout, from the first round to the end of the clean-up. */
export type MeasureStep =
  | Telling
  /** The clients of a round pause until a time of performance.now(), in milliseconds. */
  | { kind: 'wait'; text: string; untilMs: number }
  /** What was found. The clean-up of the last round follows. */
  | { kind: 'result'; result: TimeoutResult }

/** One request as the run counted it. Times are since the first request of the run. */
export interface Observed {
  client: number
  entry: number
  session: number
  /** The session is held by nothing and meant to move. */
  isLoose?: boolean
  observation: Observation
  /** Who answered, if that is known. */
  backend?: Backend
  switched?: SwitchRecord
}

/** What a live view shows of a probe. */
export type LiveProbe = Pick<ProbeSurvey, 'backends' | 'totals' | 'outcomes' | 'request'> & {
  expected: Verdict['expected']
  /** How many clients there are to be, how many have begun, and how many have ended. */
  clients: { all: number; begun: number; ended: number }
  entries: number
  sessions: number
  /** Clients that changed their backend at an entry. */
  moved: number
  /** With one client at one entry, what it saw one after the other. */
  course?: { timeline: TimelineCell[]; switches: PodSwitch[]; endpointChanges: EndpointChange[] }
}
