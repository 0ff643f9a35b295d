import { isPromise, type Policy, sticks } from './policy.ts'

/** What a session should see: what a run is judged by, whatever on its way is to bring it about. */
export interface Expectation {
  /** `sticky`: every pick reaches the pod of the pick before. `spread`: every pick is independent. */
  behaviour: 'sticky' | 'spread'
  /** After a silence of so long any pod may be picked; absent where a silence changes nothing. */
  idleMs?: number
  /** How much earlier than that an entry may end, by the clock of whoever keeps it. */
  earlyMs?: number
  /** The same may be so long after the connection that picked the pod, whatever came since. */
  isAbsolute?: boolean
  /** The first answer may come from anywhere: the session has nothing yet that could hold it. */
  isFirstFree?: boolean
  /** What it follows from, in words. */
  because: string
}

/**
 * What a session should see through something that stands in front of the Service and sticks on what `policy` says.
 * @param headers that all requests carry: who says the same in the one that decides is held, as everybody is
 */
export function expectationThrough(
  policy: Policy,
  keepsCookies: boolean,
  asked?: Expectation['behaviour'],
  headers: readonly string[] = [],
): Expectation {
  const wanted = asked ?? (isPromise(policy) === false ? 'spread' : 'sticky')
  // Who keeps nothing shows what holds the others: a cookie cannot hold it.
  const isHeldAnyway =
    policy.kind === 'client-ip' ||
    policy.kind === 'hash' ||
    (policy.kind === 'header' && headers.some((name) => isSameHeader(name, policy.name)))
  const behaviour = keepsCookies || isHeldAnyway ? wanted : 'spread'
  return {
    behaviour,
    ...(keepsCookies ? { isFirstFree: true } : {}),
    because: asked === undefined ? 'it is configured' : 'it was asked for',
  }
}

/** How a Service proxy counts time: what an expectation takes of it. */
export type Timing = Required<Pick<Expectation, 'earlyMs' | 'isAbsolute'>>

/** No proxy's time is further off, and an absolute one is possible. */
const anyTiming: Timing = { earlyMs: 1000, isAbsolute: true }

/**
 * What the connections of one client address should see of a Service with this policy; `asked` is what a user expects instead.
 * @param timing of the proxy in charge; without it any is possible
 */
export function expectationOf(
  policy: Policy,
  asked?: Expectation['behaviour'],
  timing: Timing = anyTiming,
): Expectation {
  const configured = sticks(policy) === false ? 'spread' : 'sticky'
  return {
    behaviour: asked ?? configured,
    ...(policy.kind === 'client-ip' ? { idleMs: policy.timeoutSeconds * 1000, ...timing } : {}),
    because: asked === undefined || asked === configured ? 'it is configured' : 'it was asked for',
  }
}

/** Names of headers are the same in any case. */
export function isSameHeader(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase()
}
