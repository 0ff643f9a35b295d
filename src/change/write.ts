import { type Cluster, isNotFound } from '../cluster/index.ts'
import type { ChangeDone, ChangeNotice, DryRun, RawObject } from '../model/change.ts'
import type { Service } from '../model/kubernetes.ts'
import { type ServicePolicy, servicePolicy } from '../model/policy.ts'
import type { NamespacedName } from '../model/object.ts'
import { servicePath } from '../cluster/paths.ts'
import { notFound } from '../snapshot/targets.ts'
import { judgeOwners } from './judge.ts'
import { fieldManager } from './managers.ts'
import { predict } from './predict.ts'
import { isStale, ownedByOthers } from './problems.ts'
import { type ChangePlan, type ChangeRequest, planChange } from './request.ts'

export interface WriteOptions {
  request: ChangeRequest
  dryRun: DryRun
  forceConflicts: boolean
  /** Ends requests that are under way. */
  signal: AbortSignal
}

/** How often an object is read again that others keep changing. */
const attempts = 10

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
    if (plan.isDone) return done('unchanged', ref, plan, service, service, [])
    const { conflicts, keeper, takesOver, warnings } = judgeOwners(service, plan)
    if (conflicts.length > 0 && !options.forceConflicts) throw ownedByOthers(ref.name, conflicts, keeper)
    try {
      const after =
        options.dryRun === 'client'
          ? predict(raw(service), plan)
          : await apply(cluster, ref, service, plan, { ...options, force: takesOver })
      return done('patched', ref, plan, service, after, warnings)
    } catch (error) {
      if (isNotFound(error)) throw notFound(ref, error)
      if (!isStale(error) || attempt >= attempts) throw error
      service = await cluster.get<Service>(servicePath(ref.namespace, ref.name), { signal: options.signal })
    }
  }
}

async function apply(
  cluster: Cluster,
  { namespace, name }: NamespacedName,
  service: Service,
  { spec }: ChangePlan,
  { dryRun, signal, force }: WriteOptions & { force: boolean },
): Promise<RawObject> {
  // The uid keeps apply from creating the Service anew when it was deleted meanwhile.
  const { uid, resourceVersion } = service.metadata
  const body = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, uid, resourceVersion },
    spec,
  }
  return await cluster.patch<RawObject>(
    servicePath(namespace, name),
    { type: 'apply', body, fieldManager, force },
    { signal, query: dryRun === 'server' ? { dryRun: 'All' } : {} },
  )
}

function done(
  kind: ChangeDone['kind'],
  service: NamespacedName,
  plan: ChangePlan,
  before: Service,
  after: Service | RawObject,
  warnings: readonly ChangeNotice[],
): ChangeDone {
  const policy = servicePolicy(after as Service)
  return {
    kind,
    service,
    before: plan.before,
    after: policy,
    timeoutIsDefault: plan.timeoutIsDefault,
    objects: { before: raw(before), after: raw(after) },
    warnings: isSame(policy, plan.after) ? warnings : [...warnings, overruled],
  }
}

const overruled: ChangeNotice = {
  message: 'the API server stored a different value than requested (a mutating webhook or policy changed it)',
  hints: ['an admission webhook or policy of the cluster overrules it'],
}

function isSame(a: ServicePolicy, b: ServicePolicy): boolean {
  if (a.kind === 'none' || b.kind === 'none') return a.kind === b.kind
  return a.timeoutSeconds === b.timeoutSeconds
}

function raw(object: Service | RawObject): RawObject {
  return object as unknown as RawObject
}
