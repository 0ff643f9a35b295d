import type { CookiePolicy } from '../../affinity/policy.ts'
import type { FrontPlace } from '../results/survey.ts'

/** The names of the cookies that are configured at a place, whichever Service or stage has them. */
export function cookieNames(
  front: FrontPlace | undefined,
  isMeant: (policy: CookiePolicy) => boolean = () => true,
): string[] {
  const all = front === undefined ? [] : [front.policy, ...(front.further ?? [])]
  const names = all.flatMap((one) => (one.kind === 'cookie' && isMeant(one) ? (one.name ?? []) : []))
  return [...new Set(names)]
}
