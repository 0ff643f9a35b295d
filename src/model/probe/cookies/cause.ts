import type { CookieRefusal, SetCookie } from './cookie.ts'
import type { Behaviour, Verdict } from '../results/verdict.ts'

/** One cookie as a session met it: what set it, how often, and whether it was sent back. */
export interface CookieReport {
  name: string
  /** Answers that set it. */
  set: number
  /** Different values that it was given; those that are not counted any more are left out. */
  values: number
  /** Requests that sent it. */
  sent: number
  /** Requests that did not send it any more, as its life was over. */
  ended?: number
  /** Requests that did not send it any more, as the answer before had deleted it. */
  deleted?: number
  /** Answers that gave it two values at once. */
  setTwice?: number
  /** Requests that sent two of this name. */
  sentTwice?: number
  /** Answers of a cache that gave it: to everybody the same. */
  setByCache?: number
  /** Requests that sent it as it had been given elsewhere, before this place gave it. */
  brought?: number
  /** Answers that gave it another value though it was sent: from the pod as before, and from another one. */
  renewed?: number
  renewedElsewhere?: number
  /** The same, from a pod that is not known. */
  renewedSomewhere?: number
  /** Its first values, where they are told. */
  shown?: string[]
  /** Requests that it was sent with and whose answer came from another pod than the one that it names. */
  disagreed: number
  /** Requests that it was sent with and whose answer does not say which pod gave it. */
  unconfirmed?: number
  /** Who makes such cookies, where its name or its value tells: a proxy. */
  maker?: string
  /** The pod that it named last, where that can be computed. */
  names?: string
  /** As it was set first. */
  first: Omit<SetCookie, 'name' | 'digest' | 'value'>
}

/** Why the users of an entry were held, or were not. Programs read it; the report puts it in words. */
export type Cause =
  /** Those who sent these cookies stayed, and the same requests without a jar did not. */
  | { kind: 'cookie'; cookies: string[] }
  /** Those who said who they are in this header stayed, and the same requests without it did not. */
  | { kind: 'header'; header: string }
  /** It was sent, and the pod changes all the same. */
  | { kind: 'header-ignored'; header: string }
  /** Requests that keep nothing stay, too. */
  | { kind: 'something-else' }
  /** What is configured is to hold requests that keep nothing, too: it looks at the address, or hashes what all of them have in common. */
  | { kind: 'configured' }
  /** The users stayed; what those do who keep nothing is not known. */
  | { kind: 'unproven' }
  /** No answer set a cookie, or not the one that is configured. */
  | { kind: 'no-cookie'; expected?: string; others: string[] }
  /** A browser never sends it back. */
  | { kind: 'never-sent'; cookie: string; why: NeverSent; path?: string }
  /**
   * It is sent, and the pod changes all the same; `anew`: it is given another value again and again; `deleted`: the
   * requests that came without it, as answers had deleted it.
   */
  | { kind: 'ignored'; cookies: string[]; anew: boolean; deleted?: number }
  /** Who was elsewhere with the same cookies came back to another pod: of `of` users, `moved`; `from` is where they had been. */
  | { kind: 'elsewhere'; moved: number; of: number; from: number; cookies: string[] }
  /** There is nothing to explain: nobody was to stay, and nobody did. */
  | { kind: 'none' }

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

/** What the sessions of an entry say together. */
export interface UsersVerdict {
  entry: number
  expected: Verdict['expected']
  result: Verdict['result']
  /** How those behaved who keep cookies. */
  users: Record<Behaviour, number>
  /** How the requests behaved that keep nothing, where there were any. */
  control?: Behaviour
  cause: Cause
  /** Where requests are shared out to several Services: how often users changed between them, of how many changes of pod. */
  between?: { services: string[]; changes: number; of: number }
}
