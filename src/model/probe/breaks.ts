import type { breaks } from '../contract/users.ts'
import type { Shape } from '../contract/shape.ts'

/** What a part of the way did when it was asked by itself, from a pod. */
export type CheckedStage = Breaks['checked'][number]
/** A finding of `explain` about what was named: why it may be so. */
export type Suspect = Breaks['suspects'][number]
/** Where the way breaks on which users should have stayed. */
export type Breaks = Shape<typeof breaks>

/** A part of the way from a user to a pod. */
export type Stage = NonNullable<Breaks['at']>
