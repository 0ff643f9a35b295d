import type { cell } from '../../contract/survey.ts'
import type { Shape } from '../../contract/shape.ts'

/** What the application's own count says of a session. */
export type VisitsReport = NonNullable<Shape<typeof cell>['visits']>
