import type { Cluster } from '../cluster/index.ts'
import type {
  ChangeDone,
  ChangeNotice,
  ChangeOutcome,
  ChangePlan,
  ChangeRequest,
  DryRun,
} from '../model/affinity/change.ts'
import { planChange } from '../mechanisms/service/write.ts'
import type { Service } from '../model/cluster/kubernetes.ts'
import { serviceTarget } from '../model/targets/command.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { Collector } from '../snapshot/collect.ts'
import type { ResolvedService } from '../snapshot/cluster/targets.ts'
import { toChange } from '../snapshot/wants.ts'
import { mapOrdered } from './ordered.ts'
import { explainProblem } from './write/problems.ts'
import type { ChangeTargets } from './targets.ts'
import { writeChange } from './write/write.ts'

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
  targets: ChangeTargets,
  options: ChangeOptions,
  signals: ChangeSignals,
): Promise<{ count: number; outcomes: AsyncIterable<ChangeOutcome> }> {
  // Nobody has to be warned of turning affinity off.
  const collector =
    options.request.verb === 'enable' ? new Collector(cluster, { signal: signals.interrupted }) : undefined
  collector?.begin(targets.named ?? [], { wants: toChange })
  const found = await Array.fromAsync(targets.found)
  if (targets.named === undefined) collector?.begin(toBeSticky(found, options.request), { wants: toChange })
  const outcomes = mapOrdered(found, parallel, async (target): Promise<ChangeOutcome> => {
    const { ref } = target
    if (signals.interrupted.aborted) return { kind: 'skipped', target: serviceTarget(ref) }
    try {
      if ('error' in target) throw target.error
      return await changeOne(cluster, target, collector, options, signals)
    } catch (error) {
      if (signals.interrupted.aborted && error === signals.interrupted.reason)
        return { kind: 'skipped', target: serviceTarget(ref) }
      return { kind: 'failed', target: serviceTarget(ref), error: explainProblem(error, ref.namespace) }
    }
  })
  return { count: found.length, outcomes }
}

function toBeSticky(found: readonly ResolvedService[], request: ChangeRequest): NamespacedName[] {
  return found.flatMap((target) =>
    'service' in target && planChange(target.service, request).after.kind === 'client-ip' ? [target.ref] : [],
  )
}

async function changeOne(
  cluster: Cluster,
  target: Extract<ResolvedService, { service: Service }>,
  collector: Collector | undefined,
  options: ChangeOptions,
  { abandoned }: ChangeSignals,
): Promise<ChangeDone> {
  const { ref, service } = target
  const plan = planChange(service, options.request)
  // What makes affinity void makes another timeout void as well, and is said.
  const isSticky = plan.after.kind === 'client-ip'
  const remarks =
    collector === undefined || !isSticky ? [] : await remarksOn(target, plan, collector, options.force)
  const done = await writeChange(cluster, ref, service, { ...options, signal: abandoned })
  return { ...done, warnings: [...done.warnings, ...remarks] }
}

/** Throws UserError when the change must not be made. What judges is loaded while the server answers. */
async function remarksOn(
  { ref, service }: Extract<ResolvedService, { service: Service }>,
  plan: ChangePlan,
  collector: Collector,
  force: boolean,
): Promise<ChangeNotice[]> {
  const [snapshot, { objectionsTo, weigh }] = await Promise.all([
    collector.collect([service], { wants: toChange }),
    import('./around/objections.ts'),
  ])
  return weigh(`service/${ref.name}`, objectionsTo(snapshot, ref, plan), force)
}
