import { at, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { record } from './events.ts'
import { messageOf } from '../../model/common/user-error.ts'

/** The reason of the events that tell of a fault of the sandbox itself. */
export const faultReason = 'SandboxFault'

/**
 * Does something about an object. A fault of the sandbox must not end everybody's cluster: it is told as an event on the
 * object, once for each message.
 */
export function survive(store: ObjectStore, object: Resource, action: () => void): void {
  try {
    action()
  } catch (error) {
    tellFault(store, object, error)
  }
}

/** Tells of a fault as `survive` does. */
function tellFault(store: ObjectStore, object: Resource, error: unknown): void {
  const message = messageOf(error)
  const isTold = store
    .list(types.events, object.metadata.namespace ?? 'default')
    .some(
      (event) =>
        event['reason'] === faultReason &&
        event['message'] === message &&
        at(event, 'involvedObject', 'uid') === object.metadata.uid,
    )
  if (!isTold) record(store, object, 'Warning', faultReason, message)
}
