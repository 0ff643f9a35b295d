import { now, type Resource } from '../resource.ts'
import { types } from '../resource-types.ts'
import type { Store } from '../store.ts'
import { randomSuffix } from './names.ts'

/** Tells what happened to an object, for `kubectl describe` and `kubectl get events`. */
export function record(
  store: Store,
  about: Resource,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const { namespace = 'default', name, uid, resourceVersion } = about.metadata
  const time = now()
  store.create(types.events, {
    metadata: { name: `${name}.${randomSuffix(16)}`, namespace },
    involvedObject: { kind: about.kind, apiVersion: about.apiVersion, namespace, name, uid, resourceVersion },
    type,
    reason,
    message,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: 'sandbox' },
    reportingComponent: 'sandbox',
    reportingInstance: '',
  })
}
