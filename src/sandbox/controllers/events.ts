import { at, now, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { randomSuffix } from './names.ts'

/** Tells what happened to an object, for `kubectl describe` and `kubectl get events`. */
export function record(
  store: ObjectStore,
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

/** Tells that an owner gets no more pods: said once for each reason, as events are counted and not repeated. */
export function refuse(store: ObjectStore, owner: Resource, reason: string): void {
  const message = `Error creating: ${reason}`
  const words = (text: unknown): string => String(text).replace(/"[^"]*"/, '')
  const isKnown = store
    .list(types.events, owner.metadata.namespace)
    .some(
      (event) =>
        at(event, 'involvedObject', 'uid') === owner.metadata.uid &&
        words(event['message']) === words(message),
    )
  if (!isKnown) record(store, owner, 'Warning', 'FailedCreate', message)
}
