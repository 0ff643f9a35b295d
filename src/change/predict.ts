import type { RawObject } from '../model/change.ts'
import type { ChangePlan } from './request.ts'

/**
 * The object as it would be after the change, for a dry run that asks nobody: what the API server would make of it,
 * with its default for the timeout, and with the old version and managers, as they are the server's to change.
 */
export function predict(object: RawObject, { after }: ChangePlan): RawObject {
  const { sessionAffinityConfig: _, ...spec } = object['spec'] as RawObject
  if (after.kind === 'none') return { ...object, spec: { ...spec, sessionAffinity: 'None' } }
  const clientIP = { timeoutSeconds: after.timeoutSeconds }
  return {
    ...object,
    spec: inOrder({ ...spec, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP } }),
  }
}

/** The API server writes fields in the order of their names; a diff then shows nothing but the change. */
function inOrder(spec: RawObject): RawObject {
  return Object.fromEntries(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)))
}
