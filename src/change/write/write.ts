import { type Cluster, isNotFound } from '../../cluster/index.ts'
import { planChange } from '../../mechanisms/service/write.ts'
import type {
  ChangedObject,
  ChangeDone,
  ChangeNotice,
  ChangePlan,
  ChangeRequest,
  DryRun,
  RawObject,
} from '../../model/affinity/change.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import type { NamespacedName } from '../../model/cluster/object.ts'
import { servicePolicy } from '../../model/affinity/policy.ts'
import { getService, notFound } from '../../snapshot/cluster/targets.ts'
import { serviceTarget } from '../../model/targets/command.ts'
import { applyWrites } from './apply.ts'
import { isEqual } from '../../model/affinity/fields.ts'
import { isStale } from './problems.ts'

export interface WriteOptions {
  request: ChangeRequest
  dryRun: DryRun
  forceConflicts: boolean
  /** Ends requests that are under way. */
  signal: AbortSignal
}

/** How often an object is read again that others keep changing. */
export const attempts = 10

/**
 * Brings one Service to what is asked for, by server-side apply of the affinity alone.
 *
 * The version that was read goes with it: what was judged (who owns the fields, what the change is) must be what is
 * written over. When somebody was faster, the Service is read and judged again, so two `enable` at once come one after the
 * other, and each says what it found.
 */
export async function writeChange(
  cluster: Cluster,
  ref: NamespacedName,
  read: Service,
  options: WriteOptions,
): Promise<ChangeDone> {
  let service = read
  for (let attempt = 1; ; attempt++) {
    const plan = planChange(service, options.request)
    const same = service as unknown as RawObject
    if (plan.isDone) return done('unchanged', ref, plan, [{ name: '', before: same, after: same }], [])
    try {
      const { objects, warnings } = await applyWrites(cluster, plan.writes, options)
      return done('patched', ref, plan, objects, warnings)
    } catch (error) {
      if (isNotFound(error)) throw notFound(ref, error)
      if (!isStale(error) || attempt >= attempts) throw error
      service = await getService(cluster, ref, options.signal)
    }
  }
}

function done(
  kind: ChangeDone['kind'],
  service: NamespacedName,
  plan: ChangePlan,
  objects: readonly ChangedObject[],
  warnings: readonly ChangeNotice[],
): ChangeDone {
  const policy = servicePolicy(objects[0]?.after as unknown as Service)
  return {
    kind,
    target: serviceTarget(service),
    before: plan.before,
    after: policy,
    timeoutIsDefault: plan.timeoutIsDefault,
    objects,
    warnings: isEqual(policy, plan.after) ? warnings : [...warnings, overruled],
  }
}

/** What is said where the API server made something else of a change. */
const overruled: ChangeNotice = {
  message: 'the API server stored a different value than requested (a mutating webhook or policy changed it)',
  hints: ['an admission webhook or policy of the cluster overrules it'],
}
