import { Refused } from '../../failure.ts'
import { type FieldSet, type ManagedFieldsEntry, now, type Resource } from '../../objects/resource.ts'
import {
  fieldsOf,
  fromLeaves,
  has,
  leaves,
  overlay,
  type ManagedPath,
  pathText,
  valueAt,
  without,
} from './fields.ts'

export interface Manager {
  name: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource?: string | undefined
}

const isSame = (entry: ManagedFieldsEntry, manager: Manager): boolean =>
  entry.manager === manager.name &&
  entry.operation === manager.operation &&
  (entry.subresource ?? '') === (manager.subresource ?? '')

function entryOf(manager: Manager, fields: FieldSet): ManagedFieldsEntry {
  return {
    apiVersion: manager.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    manager: manager.name,
    operation: manager.operation,
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
    time: now(),
  }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** The managers after an ordinary write: what the writer changed is theirs, and nobody else's any more. */
export function managedAfterUpdate(
  before: Resource | undefined,
  after: Resource,
  manager: Manager,
): ManagedFieldsEntry[] {
  const present = fieldsOf(after)
  const changed = leaves(present).filter((path) => !same(valueAt(before, path), valueAt(after, path)))
  const entries = before?.metadata.managedFields ?? []
  const kept = entries.flatMap((entry) => {
    const mine = isSame(entry, manager)
    const left = leaves(entry.fieldsV1).filter(
      (path) => has(present, path) && (mine || !changed.some((other) => same(other, path))),
    )
    if (mine && changed.length > 0) return [entryOf(manager, fromLeaves([...left, ...changed]))]
    return left.length === 0
      ? []
      : [left.length === leaves(entry.fieldsV1).length ? entry : { ...entry, fieldsV1: fromLeaves(left) }]
  })
  const isNew = !entries.some((entry) => isSame(entry, manager))
  return isNew && changed.length > 0 ? [...kept, entryOf(manager, fromLeaves(changed))] : kept
}

/** Nobody owns what is not there any more. */
export function pruned(object: Resource): Resource {
  const present = fieldsOf(object)
  const managedFields = (object.metadata.managedFields ?? []).flatMap((entry) => {
    const all = leaves(entry.fieldsV1)
    const left = all.filter((path) => has(present, path))
    if (left.length === all.length) return [entry]
    return left.length === 0 ? [] : [{ ...entry, fieldsV1: fromLeaves(left) }]
  })
  return { ...object, metadata: { ...object.metadata, managedFields } }
}

/** Server-side apply: the object after it. Throws the conflict with other managers unless it is forced. */
export function applied(
  before: Resource | undefined,
  config: Resource,
  manager: Manager,
  force: boolean,
): Resource {
  const wanted = fieldsOf(config)
  const paths = leaves(wanted)
  const others = (before?.metadata.managedFields ?? []).filter((entry) => !isSame(entry, manager))
  const previous = before?.metadata.managedFields?.find((entry) => isSame(entry, manager))
  const disputed = others.flatMap((entry) =>
    paths
      .filter((path) => has(entry.fieldsV1, path) && !same(valueAt(before, path), valueAt(config, path)))
      .map((path) => ({ entry, path })),
  )
  if (disputed.length > 0 && !force) throw conflict(disputed)
  let result = before ?? config
  for (const path of leaves(previous?.fieldsV1 ?? {})) {
    if (!has(wanted, path) && !others.some(({ fieldsV1 }) => has(fieldsV1, path)))
      result = without(result, path)
  }
  const { managedFields: _, ...metadata } = config.metadata
  result = overlay(result, { ...config, metadata }) as Resource
  const lost = new Set(
    disputed.map(({ entry, path }) => JSON.stringify([entry.manager, entry.operation, path])),
  )
  const kept = others.flatMap((entry) => {
    const left = leaves(entry.fieldsV1).filter(
      (path) => !lost.has(JSON.stringify([entry.manager, entry.operation, path])),
    )
    return left.length === 0 ? [] : [{ ...entry, fieldsV1: fromLeaves(left) }]
  })
  const unchanged = previous !== undefined && same(leaves(previous.fieldsV1), paths)
  const own = unchanged ? previous : entryOf(manager, fromLeaves(paths))
  return { ...result, metadata: { ...result.metadata, managedFields: [own, ...kept] } }
}

function conflict(disputed: readonly { entry: ManagedFieldsEntry; path: ManagedPath }[]): Refused {
  const causes = disputed.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${nameOf(entry)}`,
    field: pathText(path),
  }))
  return new Refused(409, 'Conflict', conflictMessage(causes), { causes })
}

function conflictMessage(causes: readonly { message: string; field: string }[]): string {
  const [first] = causes
  if (causes.length === 1 && first !== undefined)
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`
  const byManager = Map.groupBy(causes, ({ message }) => message.replace('conflict with', 'conflicts with'))
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, list]) => [`${manager}:`, ...list.map(({ field }) => `- ${field}`)])
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`
}

function nameOf({ manager, operation, apiVersion, subresource, time }: ManagedFieldsEntry): string {
  const name = `"${manager}"${subresource === undefined ? '' : ` with subresource "${subresource}"`}`
  return operation === 'Update' ? `${name} using ${apiVersion} at ${time}` : name
}
