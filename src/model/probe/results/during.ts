import type { during } from '../../contract/probe.ts'
import type { Shape } from '../../contract/shape.ts'

/** A command that was run in the middle of a probe, and the requests before, during and after it. */
export type DuringReport = Shape<typeof during>
/** How many users were moved since the command began, and how many have to be. */
export type SessionMoves = NonNullable<DuringReport['sessions']>
/** `before` until the command starts, `during` until it has ended and the endpoints have been still for a while, then `after`. */
export type Phase = DuringReport['phases'][number]

export type PhaseName = Phase['name']
