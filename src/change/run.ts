import type { Cluster } from '../cluster/index.ts'
import type { ChangeDone, ChangeOutcome, DryRun } from '../model/change.ts'
import type { Service } from '../model/kubernetes.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { collectSnapshot } from '../snapshot/collect.ts'
import type { Resolved } from '../snapshot/targets.ts'
import { objectionsTo, weigh } from './objections.ts'
import { mapOrdered } from './ordered.ts'
import { explainProblem } from './problems.ts'
import { type ChangeRequest, planChange } from './request.ts'
import { writeChange } from './write.ts'

export interface ChangeOptions {
  request: ChangeRequest
  dryRun: DryRun
  /** Change what the findings call pointless. */
  force: boolean
  /** Take fields from other managers. */
  forceConflicts: boolean
}

export interface ChangeSignals {
  /** Begin nothing more; what is under way ends. */
  interrupted: AbortSignal
  /** Do not even wait for that. */
  abandoned: AbortSignal
}

/** Enough to hide the round trips, few enough not to be throttled. */
const parallel = 10

/**
 * Changes Services; the outcomes come one for each, in their order. A failure is an outcome and stops nothing. Rejects
 * only before anything is written: when the Services cannot be read at all, or the run is interrupted by then.
 */
export async function changeServices(
  cluster: Cluster,
  targets: AsyncIterable<Resolved>,
  options: ChangeOptions,
  signals: ChangeSignals,
): Promise<{ count: number; outcomes: AsyncIterable<ChangeOutcome> }> {
  const found = await Array.fromAsync(targets)
  const snapshot = await snapshotFor(cluster, found, options.request, signals.interrupted)
  const outcomes = mapOrdered(found, parallel, async (target): Promise<ChangeOutcome> => {
    const { ref } = target
    if (signals.interrupted.aborted) return { kind: 'skipped', service: ref }
    try {
      if ('error' in target) throw target.error
      return await changeOne(cluster, target, snapshot, options, signals)
    } catch (error) {
      return { kind: 'failed', service: ref, error: explainProblem(error, ref.namespace) }
    }
  })
  return { count: found.length, outcomes }
}

/** What the findings need, read once for all that are to be changed; nobody has to be warned of turning affinity off. */
async function snapshotFor(
  cluster: Cluster,
  found: readonly Resolved[],
  request: ChangeRequest,
  signal: AbortSignal,
): Promise<Snapshot | undefined> {
  if (request.verb === 'disable') return undefined
  const services: Service[] = found.flatMap((target) =>
    'service' in target && !planChange(target.service, request).isDone ? [target.service] : [],
  )
  return services.length === 0 ? undefined : await collectSnapshot(cluster, services, { signal })
}

async function changeOne(
  cluster: Cluster,
  { ref, service }: Extract<Resolved, { service: Service }>,
  snapshot: Snapshot | undefined,
  options: ChangeOptions,
  { abandoned }: ChangeSignals,
): Promise<ChangeDone> {
  const plan = planChange(service, options.request)
  const remarks =
    snapshot === undefined || plan.isDone
      ? []
      : weigh(ref.name, objectionsTo(snapshot, ref, plan), options.force)
  const done = await writeChange(cluster, ref, service, { ...options, signal: abandoned })
  return { ...done, warnings: [...done.warnings, ...remarks] }
}
