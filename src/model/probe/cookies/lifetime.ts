import type { lifetime } from '../../contract/users.ts'
import type { Shape } from '../../contract/shape.ts'

export type LifetimeStep = CookieLifetime['steps'][number]
export type LifetimeCount = LifetimeStep['browsers']
/** How long a cookie lives that keeps users on their pod, and who ends it. */
export type CookieLifetime = Shape<typeof lifetime>
