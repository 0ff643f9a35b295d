import type { KubernetesObject } from '../../../model/cluster/kubernetes.ts'
import type { Mend } from '../../../model/findings/mend.ts'
import { type ObjectType, refOf } from '../../../model/cluster/object.ts'
import type { FieldsWrite } from '../../../model/affinity/change.ts'

/**
 * Annotations of an object as they are to be: null goes away. No write where all of them are so already.
 */
export function annotate(
  type: ObjectType,
  object: KubernetesObject,
  wanted: Readonly<Record<string, string | null>>,
): FieldsWrite[] {
  const now = object.metadata.annotations ?? {}
  const changed = Object.entries(wanted).filter(([name, value]) => (now[name] ?? null) !== value)
  if (changed.length === 0) return []
  return [{ how: 'patch', type, object, fields: { metadata: { annotations: Object.fromEntries(changed) } } }]
}

/** The value of an annotation under the name that is read, unless there is one already; and the other away. */
export function renamed(object: KubernetesObject, from: string, to: string): Mend {
  const annotations = object.metadata.annotations ?? {}
  const kept = annotations[to] === undefined ? { [to]: annotations[from] ?? '' } : {}
  return { deed: { kind: 'annotation', of: refOf(object), marks: { ...kept, [from]: null } } }
}

/** Those that begin so, to be taken away. */
export function without(
  object: KubernetesObject,
  prefixes: readonly string[],
): Readonly<Record<string, null>> {
  const names = Object.keys(object.metadata.annotations ?? {})
  const gone = names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
  return Object.fromEntries(gone.map((name) => [name, null]))
}
