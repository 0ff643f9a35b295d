import type { RawObject, Write } from '../../model/affinity/change.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { merge } from '../../model/affinity/fields.ts'

/**
 * The object as it would be after a write, for a dry run that asks nobody: with what the API server fills in and drops,
 * and with the old version and managers, as they are the server's to change. Undefined for one that is gone.
 */
export function predict(write: Write): RawObject | undefined {
  if (write.how === 'delete') return undefined
  const object = write.object as unknown as RawObject
  if (write.how === 'create') return object
  const changed = merge(object, write.fields)
  return write.stored === undefined ? changed : merge(changed, write.stored)
}

/** The object of a write, as it would be after it. */
export function played(write: Write): { type: Write['type']; object: KubernetesObject; isGone: boolean } {
  const after = predict(write)
  return {
    type: write.type,
    object: (after ?? write.object) as unknown as KubernetesObject,
    isGone: after === undefined,
  }
}
