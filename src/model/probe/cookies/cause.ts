import type { CookieRefusal } from './cookie.ts'
import type { cookie, users } from '../../contract/users.ts'
import type { Shape } from '../../contract/shape.ts'

/** One cookie as a session met it: what set it, how often, and whether it was sent back. */
export type CookieReport = Shape<typeof cookie>
/** Why the users of an entry were held, or were not. Programs read it; the report puts it in words. */
export type Cause = UsersVerdict['cause']
/** What the sessions of an entry say together. */
export type UsersVerdict = Shape<typeof users>

/** Cookies of several sessions by their names, each as it was set first. */
export function mergedCookies(all: readonly CookieReport[]): CookieReport[] {
  const merged = new Map<string, CookieReport>()
  for (const cookie of all) {
    const before = merged.get(cookie.name)
    if (before === undefined) merged.set(cookie.name, { ...cookie })
    else {
      before.set += cookie.set
      before.values += cookie.values
      before.sent += cookie.sent
      before.disagreed += cookie.disagreed
      for (const key of [
        'brought',
        'ended',
        'deleted',
        'setTwice',
        'sentTwice',
        'setByCache',
        'renewed',
        'renewedElsewhere',
        'renewedSomewhere',
        'unconfirmed',
      ] as const)
        if (cookie[key] !== undefined) before[key] = (before[key] ?? 0) + cookie[key]
      if (cookie.shown !== undefined) before.shown = [...new Set([...(before.shown ?? []), ...cookie.shown])]
    }
  }
  return [...merged.values()]
}

export type NeverSent = 'path' | 'expired' | 'deleted' | 'unknown' | CookieRefusal
