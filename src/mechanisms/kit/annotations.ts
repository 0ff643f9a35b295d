import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import type { ObjectType } from '../../model/cluster/object.ts'
import type { FieldsWrite } from '../../model/affinity/write.ts'

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

/** Those that begin so, to be taken away. */
export function without(
  object: KubernetesObject,
  prefixes: readonly string[],
): Readonly<Record<string, null>> {
  const names = Object.keys(object.metadata.annotations ?? {})
  const gone = names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
  return Object.fromEntries(gone.map((name) => [name, null]))
}
