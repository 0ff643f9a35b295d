import type { crossing } from '../contract/users.ts'
import type { Shape } from '../contract/shape.ts'

/** What became of users who went from one place to another, or back to one, with the cookies that they had. */
export type Crossing = Shape<typeof crossing>
