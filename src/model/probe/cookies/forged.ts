import type { forged } from '../../contract/users.ts'
import type { Shape } from '../../contract/shape.ts'

export type ForgedReport = ForgedSurvey['reports'][number]
/** What cookies that nobody was given show of whoever reads them. */
export type ForgedSurvey = Shape<typeof forged>

/**
 * A cookie that nobody was given.
 * - `unknown`: a text by chance;
 * - `named`: what the proxy would write for a pod that is there;
 * - `stale`: the same for an address that is none of the Service;
 * - `expired`: the same for a pod that is there, with an end that has passed;
 * - `foreign`: what another gateway would write for a pod that is there, or this one for a pod of another Service.
 */
export type ForgedKind = ForgedReport['kind']

/**
 * What became of those who sent it.
 * - `kept`: each stayed on one pod, and was given no other cookie;
 * - `replaced`: each answer gave another cookie;
 * - `ignored`: the pod changes, and no other cookie comes;
 * - `mixed`: none of these.
 */
export type ForgedOutcome = ForgedReport['outcome']
