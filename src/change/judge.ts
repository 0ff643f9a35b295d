import type { ChangeNotice } from '../model/change.ts'
import { type Keeper, keeperOf } from './keepers.ts'
import { lastApplied } from './last-applied.ts'
import { type AffinityField, fieldOwners, type FieldOwner, type ManagedObject } from './managers.ts'
import type { ChangePlan } from './request.ts'

/** Whether a change may be written over what others set. */
export interface OwnershipVerdict {
  /** Other managers that must not be overruled without being asked to. */
  conflicts: readonly FieldOwner[]
  keeper: Keeper | undefined
  /** Fields have to be taken from another manager, with or without its being a conflict. */
  takesOver: boolean
  warnings: readonly ChangeNotice[]
}

/**
 * Server-side apply calls every other owner of a changed field a conflict. That is too many: whoever creates a Service
 * owns `sessionAffinity`, because the API server's default counts as set by him. So the tools of people, who change
 * their mind, are overruled as `kubectl patch` would, and managers that keep an object in a certain state are not.
 */
export function judgeOwners(object: ManagedObject, plan: ChangePlan): OwnershipVerdict {
  const owners = fieldOwners(object, changedFields(plan))
  const conflicts = owners.filter((owner) => !yields(owner))
  const keeper = keeperOf(object)
  return {
    conflicts,
    keeper,
    // An object without managedFields: the API server would invent an owner, "before-first-apply".
    takesOver: owners.length > 0 || (object.metadata.managedFields ?? []).length === 0,
    warnings: [...keeperWarning(keeper), ...manifestWarning(object, plan)],
  }
}

function changedFields({ before, after, spec }: ChangePlan): AffinityField[] {
  const fields: AffinityField[] = []
  if (before.kind !== after.kind) fields.push('.spec.sessionAffinity')
  if (spec.sessionAffinityConfig !== undefined)
    fields.push('.spec.sessionAffinityConfig.clientIP.timeoutSeconds')
  return fields
}

/**
 * Tools that write once, when a person tells them: kubectl (also its client-side apply, whose manifest
 * `manifestWarning` looks at), k9s, dashboards in a browser (the manager is the User-Agent up to its first "/"), and Helm as
 * long as it merges instead of declaring. What was declared by server-side apply is a conflict whoever did it: his next
 * apply would fail.
 */
function yields({ manager, operation }: FieldOwner): boolean {
  if (operation === 'Apply') return false
  return /^kubectl(-|$)/.test(manager) || ['before-first-apply', 'helm', 'k9s', 'Mozilla'].includes(manager)
}

function keeperWarning(keeper: Keeper | undefined): ChangeNotice[] {
  if (keeper === undefined) return []
  return [{ message: `${keeper.name} keeps this Service: ${keeper.consequence}`, hints: [keeper.instead] }]
}

/** `kubectl apply` restores what its manifest sets, and leaves alone what the manifest does not mention. */
function manifestWarning(object: ManagedObject, { after }: ChangePlan): ChangeNotice[] {
  const spec = lastApplied(object)?.spec
  if (spec === undefined) return []
  const says: string[] = []
  const affinity = after.kind === 'none' ? 'None' : 'ClientIP'
  if (spec.sessionAffinity !== undefined && spec.sessionAffinity !== affinity) {
    says.push(`sessionAffinity: ${spec.sessionAffinity}`)
  }
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (after.kind === 'client-ip' && timeout !== undefined && timeout !== after.timeoutSeconds) {
    says.push(`timeoutSeconds: ${timeout}`)
  }
  if (says.length === 0) return []
  return [
    {
      message: `the next kubectl apply of its manifest takes this back: it says ${says.join(', ')}`,
      hints: [{ remedy: 'edit-manifest' }],
    },
  ]
}
