import type { ChangeNotice, FieldsWrite } from '../../model/affinity/change.ts'
import { type Keeper, keeperOf } from './keepers.ts'
import { changedLeaves, isEqual, type Leaf, leavesOf, valueAt } from '../../model/affinity/fields.ts'
import { fieldOwners, type FieldOwner, type ManagedObject } from './managers.ts'

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
export function judgeOwners(write: FieldsWrite): OwnershipVerdict {
  const object: ManagedObject = write.object
  const owners = fieldOwners(
    object,
    changedLeaves(write).map(({ path }) => path),
    write.how,
  )
  const conflicts = owners.filter((owner) => !yields(owner))
  const keeper = keeperOf(object)
  return {
    conflicts,
    keeper,
    // An object without managedFields: the API server would invent an owner, "before-first-apply".
    takesOver: owners.length > 0 || (object.metadata.managedFields ?? []).length === 0,
    warnings: [...keeperWarning(keeper, write.object.kind), ...manifestWarning(object, write)],
  }
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

function keeperWarning(keeper: Keeper | undefined, kind: string): ChangeNotice[] {
  if (keeper === undefined) return []
  return [{ message: `${keeper.name} keeps this ${kind}: ${keeper.consequence}`, hints: [keeper.instead] }]
}

/** `kubectl apply` restores what its manifest sets, and leaves alone what the manifest does not mention. */
function manifestWarning(object: ManagedObject, { fields, stored = {} }: FieldsWrite): ChangeNotice[] {
  const applied = lastApplied(object)
  if (applied === undefined) return []
  const filledIn = leavesOf(stored).filter(({ value }) => value !== null)
  const wanted = new Map(
    [...leavesOf(fields), ...filledIn].map((leaf) => [JSON.stringify(leaf.path), leaf] as const),
  )
  const says = [...wanted.values()].flatMap((leaf) => {
    const said = valueAt(applied, leaf.path)
    if (said === undefined || isEqual(said, leaf.value)) return []
    // A list is written whole; what counts is what changes in it.
    const now = valueAt(object, leaf.path)
    return Array.isArray(said) && !isOtherwise(now, leaf.value, said) ? [] : [words(leaf, said)]
  })
  if (says.length === 0) return []
  return [
    {
      message: `the next kubectl apply of its manifest takes this back: it says ${says.join(', ')}`,
      hints: [{ remedy: 'edit-manifest' }],
    },
  ]
}

/** Whether a manifest says something else where two values differ. */
function isOtherwise(before: unknown, after: unknown, said: unknown): boolean {
  if (isEqual(before, after)) return false
  const [old, now, own] = [before, after, said].map((value) =>
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined,
  )
  if (old === undefined || now === undefined) return !isEqual(after, said)
  const names = new Set([...Object.keys(old), ...Object.keys(now)])
  return [...names].some((name) => isOtherwise(old[name], now[name], own?.[name]))
}

function words({ path }: Leaf, said: unknown): string {
  const name = path.at(-1) ?? ''
  if (typeof said === 'object') return `other ${name}`
  return typeof said === 'string' ? `${name}: ${said}` : `${name}: ${JSON.stringify(said)}`
}

/** The manifest that `kubectl apply` (or a tool that works like it) applied last; undefined where there is none to read. */
function lastApplied({ metadata: { annotations } }: ManagedObject): unknown {
  const text = annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Anybody can write annotations; a broken one only means that nothing is known.
    return undefined
  }
}
