import type { ProbeResult } from './probe-result.ts'
import type { ProbeSurvey } from './survey.ts'
import type { Behaviour, Verdict } from './verdict.ts'

/**
 * Why two probes are put side by side: `what-if`, a Service and its shadow with a change; `compare`, two Services;
 * `echo`, an application and echo pods in its place.
 */
export type ComparisonKind = 'what-if' | 'compare' | 'echo'

/** Two probes of the same kind, one after the other from the same node, and what they say together. */
export interface ProbeComparison {
  kind: ComparisonKind
  /** What is different on purpose, in the user's words: `timeout=5s`. Only with `what-if`. */
  change?: string
  runs: readonly [ComparedRun, ComparedRun]
  differences: readonly Aspect[]
  conclusion: Conclusion
  /** What the exit code says: see `overallResult` in src/judge/comparison.ts. */
  result: Verdict['result']
  /** Sentences worth reading: in what a temporary Service differs beyond the change. */
  notes: readonly string[]
}

export interface ComparedRun {
  /** What tells it from the other one: `as it is`, `timeout=5s`, `service/web`, `echo pods`. */
  title: string
  /** Of one client at one entry where that was asked for, else of all of them. */
  result: ProbeResult | ProbeSurvey
}

/** What can be compared, in the order in which it is shown. */
export type Aspect = 'affinity' | 'behaviour' | 'backends' | 'switches' | 'failures' | 'latency'

export type Conclusion =
  /** Both behave in the same way. */
  | { kind: 'same'; behaviour: Behaviour }
  /** They behave differently. */
  | { kind: 'different'; from: Behaviour; to: Behaviour }
  /** At least one of them could not tell. */
  | { kind: 'unclear' }
  /** Echo pods: the cluster does what it should, and so does the application. */
  | { kind: 'both-fine' }
  /** Echo pods: the cluster does what it should; the application, or something in its pods, does not. */
  | { kind: 'application' }
  /** Echo pods: the cluster does what it should; the application's answers do not tell. */
  | { kind: 'application-unclear' }
  /** Echo pods: the cluster does not do what it should, whatever the application does. */
  | { kind: 'cluster' }
  /** Echo pods fail where the application does not. */
  | { kind: 'echo-only' }
