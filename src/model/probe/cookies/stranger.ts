import type { stranger } from '../../contract/users.ts'
import type { Shape } from '../../contract/shape.ts'

/** A cookie that is not what the objects lead one to expect. */
export type Stranger = Shape<typeof stranger>
