import type { direct } from '../contract/probe.ts'
import type { Shape } from '../contract/shape.ts'

/** One endpoint, asked past the Service: from each node that has a client. */
export type DirectAccess = Shape<typeof direct>[number]
/** How an endpoint answered to the client on one node. */
export type DirectFrom = DirectAccess['from'][number]
