/**
 * Who set the fields that a change writes, from `metadata.managedFields`.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */

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

/** A field that a change writes, as the API server names it in a conflict. */
export type AffinityField = '.spec.sessionAffinity' | '.spec.sessionAffinityConfig.clientIP.timeoutSeconds'

/** Another manager that owns a field. */
export interface FieldOwner {
  manager: string
  /** `Apply` declares the field; `Update` may own it only because the API server filled in its default. */
  operation: 'Apply' | 'Update'
  fields: AffinityField[]
}

/** The managers of these fields other than this tool, in the order of the object. */
export function fieldOwners(object: ManagedObject, fields: readonly AffinityField[]): FieldOwner[] {
  return (object.metadata.managedFields ?? []).flatMap((entry) => {
    const { manager = '', operation } = entry
    if (isOwn(entry) || entry.subresource === 'status') return []
    const owned = fields.filter((field) => owns(entry.fieldsV1, field))
    if (owned.length === 0) return []
    return [{ manager, operation: operation === 'Apply' ? 'Apply' : 'Update', fields: owned }]
  })
}

/** The same name with `Update` is another entry, and another manager: only what was applied is ours to replace. */
function isOwn({ manager, operation }: ManagedFieldsEntry): boolean {
  return manager === fieldManager && operation === 'Apply'
}

function owns(fields: FieldSet | undefined, field: AffinityField): boolean {
  let at = fields
  for (const name of field.slice(1).split('.')) at = at?.[`f:${name}`]
  return at !== undefined
}
