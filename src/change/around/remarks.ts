import type { Explanation } from '../../analysis/analyse.ts'
import { stickyFronts } from '../../analysis/sticky-fronts.ts'
import type { ChangeNotice, ChangePlan } from '../../model/affinity/change.ts'
import { isLost, type Policy } from '../../model/affinity/policy.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import { isEqual } from '../../model/affinity/fields.ts'
import { objectName } from '../../model/findings/finding.ts'
import { refOf } from '../../model/cluster/object.ts'
import { services } from '../../mechanisms/service/objects.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Collector } from '../../snapshot/collect.ts'
import type { OtherTarget } from '../../snapshot/others.ts'
import { commandFor } from '../../model/targets/command.ts'
import { type Carried, servicesOf, strays } from '../carry/migrate.ts'
import { refOfTarget } from '../carry/counterparts.ts'
import { inFront, objectionsBetween, weigh } from './objections.ts'
import { afterOf, afterWrites, explained, snapshotAround } from './scene.ts'

/** What remarks are made about. */
interface Remarked {
  plan: ChangePlan
  force: boolean
  carried?: Carried | undefined
}

/** What is to be said of a change before it is made. */
export interface Remarks {
  notices: readonly ChangeNotice[]
  /** What shows the effect, where the target itself would not: a Service is asked past what stands in front of it. */
  proofs: readonly TargetRef[]
}

/**
 * What `explain` would say after a change and does not say before, of a target in front of Services. Throws UserError for
 * what must not be made: errors, and a change after which still nobody keeps clients.
 */
export async function remarksOn(
  collector: Collector,
  target: OtherTarget,
  { plan, force, carried }: Remarked,
): Promise<Remarks> {
  const snapshot = await snapshotAround(collector, target)
  const before = explained(snapshot, target)
  const changed = { ...target, object: afterOf(target.object, plan.writes) }
  const after = explained(afterWrites(snapshot, plan.writes), changed)
  const name = objectName(refOf(target.object))
  // No change of affinity takes a Service away: those of ways that it makes were not asked for.
  const findings = after.findings.filter(({ code }) => code !== 'AFF-ROUTE-NO-SERVICE')
  const remarks = weigh(name, inFront(objectionsBetween(before, { findings })), force)
  const isSeen = areSeen(after, snapshot.objects.gaps.length > 0)
  const isInVain = isSeen && plan.before.kind === 'none' && !keepsOtherwise(before, after)
  if (isInVain && !force)
    throw new UserError(`${name} not changed: no way through it would keep clients otherwise than now`, {
      hints: [
        ...remarks.map(({ message }) => message),
        `see who decides:  ${commandFor('explain', refOfTarget(target))}`,
        { remedy: 'force' },
      ],
    })
  const stray = carried === undefined ? [] : strays(carried, servicesOf(after.paths))
  const proofs = target.kind.type.kind === services.kind ? stickyFronts(after.paths) : []
  return { notices: [...stray, ...remarks], proofs }
}

/** Whether clients are kept otherwise than before: by a cookie that no browser sends back they are not kept. */
export function keepsOtherwise(before: Explanation, after: Explanation): boolean {
  return !isEqual(effects(before), effects(after))
}

/** Who picks on the ways through a target, and on what keeps clients. */
function effects({ paths }: Explanation): unknown[] {
  const kept = (policy: Policy): Policy => (isLost(policy) ? { kind: 'none' } : policy)
  return paths.map(({ entry, hops }) => [entry.address, hops.map(({ role, policy }) => [role, kept(policy)])])
}

/** Whether it is known who picks on every way; where something may not be read, there may be ways that are not seen. */
function areSeen({ paths }: Explanation, hasGaps: boolean): boolean {
  if (paths.length === 0) return !hasGaps
  return paths.every(({ hops }) =>
    hops.every(({ role, policy }) => role !== 'unknown' && policy.kind !== 'unknown'),
  )
}
