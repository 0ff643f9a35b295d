/**
 * Who set the fields that a change writes, from `metadata.managedFields`.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */

import type { FieldsWrite } from '../../model/affinity/change.ts'
import type { FieldPath } from '../../model/affinity/fields.ts'

/** The name under which this tool writes. */
export const fieldManager = 'kubectl-affinity'

/** An object with the metadata that tells who owns and manages it. */
export interface ManagedObject {
  metadata: {
    name: string
    namespace?: string
    resourceVersion?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    ownerReferences?: { apiVersion: string; kind: string; name: string; controller?: boolean }[]
    managedFields?: ManagedFieldsEntry[]
  }
}

interface ManagedFieldsEntry {
  manager?: string
  operation?: string
  subresource?: string
  fieldsV1?: FieldSet
}

/** FieldsV1: a tree whose keys are `f:NAME` for fields; an empty leaf is an owned field. */
type FieldSet = { readonly [key: string]: FieldSet }

/** Another manager that owns a field. */
export interface FieldOwner {
  manager: string
  /** `Apply` declares the field; `Update` may own it only because the API server filled in its default. */
  operation: 'Apply' | 'Update'
  /** As the API server names them in a conflict: `.spec.sessionAffinity`. */
  fields: string[]
}

/** The managers of these fields other than this tool, in the order of the object. */
export function fieldOwners(
  object: ManagedObject,
  fields: readonly FieldPath[],
  how: FieldsWrite['how'],
): FieldOwner[] {
  return (object.metadata.managedFields ?? []).flatMap((entry) => {
    const { manager = '', operation } = entry
    if (isOwn(entry, how) || entry.subresource === 'status') return []
    const owned = fields.filter((field) => owns(entry.fieldsV1, field))
    if (owned.length === 0) return []
    const names = owned.map((field) => `.${field.join('.')}`)
    return [{ manager, operation: operation === 'Apply' ? 'Apply' : 'Update', fields: names }]
  })
}

/**
 * For an apply the same name with `Update` is another entry, and another manager: only what was applied is ours to
 * replace. A patch replaces whatever it names.
 */
function isOwn({ manager, operation }: ManagedFieldsEntry, how: FieldsWrite['how']): boolean {
  return manager === fieldManager && (how === 'patch' || operation === 'Apply')
}

/** Whoever owns a mapping or a list as a whole owns what is in it. */
function owns(fields: FieldSet | undefined, path: FieldPath): boolean {
  let at = fields
  for (const name of path) {
    const inner = at?.[`f:${name}`]
    if (inner === undefined) return false
    if (Object.keys(inner).length === 0) return true
    at = inner
  }
  return true
}
