import type { dropped } from '../../contract/users.ts'
import type { Shape } from '../../contract/shape.ts'

/** What became of users who left one of several cookies out. */
export type DroppedCookie = Shape<typeof dropped>
