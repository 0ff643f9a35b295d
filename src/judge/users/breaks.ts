import type { CheckedStage, Stage } from '../../model/probe/breaks.ts'
import type { Cause } from '../../model/probe/cookies/cause.ts'

/** What is known of users who moved. */
export interface BreakEvidence {
  cause: Cause
  /** What stands in front is configured to stick. */
  isConfigured: boolean
  /** Answers to requests that sent a cookie which names a pod, and those of them that came from another pod. */
  named: { answers: number; disagreed: number }
  checked: readonly CheckedStage[]
  /** Users stay without the cookie of another proxy, which nobody configured here. */
  isTakenInFront?: boolean
  /** Users change between Services that requests are shared out to, and within none of them. */
  isDrawn?: boolean
  /** Endpoints came or went: who was moved once may have had to. */
  endpointsChanged?: boolean
}

/** The hop that breaks, as far as that is sure; undefined otherwise. Pure. */
export function breakOf({
  cause,
  isConfigured,
  named,
  checked,
  isTakenInFront,
  isDrawn,
  endpointsChanged,
}: BreakEvidence): Stage | undefined {
  // Of whoever deletes it nothing is known.
  const isDeleted =
    cause.kind === 'never-sent' ? cause.why === 'deleted' : cause.kind === 'ignored' && cause.deleted
  if (isDeleted) return undefined
  if (isTakenInFront === true) return 'in-front'
  if (cause.kind === 'never-sent') return 'browser'
  if (cause.kind === 'no-cookie' || isDrawn === true) return 'gateway'
  const changed = (stage: CheckedStage['stage']): number =>
    checked.find((one) => one.stage === stage)?.changed ?? 0
  // Whoever is asked at one address and answers in the names of several hands requests on.
  if (changed('pods') > 0) return 'pods'
  if (!isConfigured) return 'gateway'
  // Each by itself keeps its users, all together do not.
  const replicas = checked.find((one) => one.stage === 'replicas')
  if (replicas !== undefined && replicas.picks > 0 && replicas.changed === 0 && changed('gateway') > 0)
    return 'replicas'
  // Who reads the cookie sends to the pod that it names: another one answers only if somebody picks after that.
  if (named.disagreed > 0) return changed('service') > 0 ? 'service' : undefined
  const isAnew = cause.kind === 'ignored' && cause.anew
  return isAnew || (named.answers > 0 && endpointsChanged !== true) ? 'gateway' : undefined
}
