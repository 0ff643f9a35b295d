import { binomialAtLeast } from '../statistics/binomial.ts'
import { namingError } from '../run/switching.ts'
import {
  type Cause,
  type CookieReport,
  mergedCookies,
  type NeverSent,
  type UsersVerdict,
} from '../../model/probe/cookies/cause.ts'
import type { Crossing } from '../../model/probe/crossing.ts'
import { effectivePath, pathMatches } from '../../model/probe/cookies/cookie.ts'
import type { Behaviour, Verdict } from '../../model/probe/results/verdict.ts'

/** A session at an entry, judged before. */
export interface JudgedSession {
  /** Whose session it is. */
  client: number
  keepsCookies: boolean
  verdict: Pick<
    Verdict,
    'behaviour' | 'reason' | 'expected' | 'picks' | 'switches' | 'explainedSwitches' | 'switchesIfIndependent'
  >
  cookies: readonly CookieReport[]
}

/** What is known of an entry and of those who used it. */
export interface UsersEvidence {
  entry: number
  expected: Verdict['expected']
  /** The user said what to expect, and not the configuration. */
  isAsked: boolean
  /** The error that the user accepts. */
  acceptedError: number
  /** The path of the requests. */
  path: string
  /** The names of the cookies that are configured: one, or one for each Service and stage. */
  configured: readonly string[]
  /** The header by which users are told apart, where they say who they are. */
  header?: string | undefined
  /** Cookies that proxies make, by name. */
  proxyCookies: ReadonlySet<string>
  sessions: readonly JudgedSession[]
}

/**
 * Judges the users with a jar, and finds the cause: that a cookie holds them is proven only when the same requests without a
 * jar, at the same time, do not stay. Pure; docs/judging.md explains it.
 */
export function judgeUsers(evidence: UsersEvidence): UsersVerdict {
  const { entry, expected, sessions } = evidence
  const jars = sessions.filter(({ keepsCookies }) => keepsCookies)
  const control = controlOf(sessions)
  const users: Record<Behaviour, number> = { sticky: 0, spread: 0, broken: 0, inconclusive: 0 }
  for (const { verdict } of jars) users[isRestless(verdict, expected) ? 'spread' : verdict.behaviour] += 1
  const cause = causeOf(evidence, jars, users, control)
  return {
    entry,
    expected,
    result: resultOf(evidence, users, cause),
    users,
    ...(control === undefined ? {} : { control: control.behaviour }),
    cause,
  }
}

/** What requests without a jar showed: one client at which they stay is enough, and one at which they do not tells it from chance. */
function controlOf(sessions: readonly JudgedSession[]): JudgedSession['verdict'] | undefined {
  const all = sessions.filter(({ keepsCookies }) => !keepsCookies).map(({ verdict }) => verdict)
  const called = (behaviour: Behaviour): JudgedSession['verdict'] | undefined =>
    all.find((verdict) => verdict.behaviour === behaviour)
  return called('sticky') ?? called('spread') ?? all[0]
}

/** Who comes back to another pod did not stay, however well it was kept each time. */
export function judgeReturn(
  verdict: UsersVerdict,
  { from, users: of, same, cookies }: Crossing,
): UsersVerdict {
  if (verdict.expected !== 'sticky' || verdict.users.sticky === 0 || same === of) return verdict
  if (verdict.result === 'differs') return verdict
  return { ...verdict, result: 'differs', cause: { kind: 'elsewhere', moved: of - same, of, from, cookies } }
}

/**
 * Where nobody is meant to stay, one whose order chance does not explain is not held either, if an affinity that keeps every
 * second pick would as good as never show as many switches: proxies deal out pods in turn.
 */
function isRestless(
  {
    behaviour,
    reason,
    switches,
    explainedSwitches,
    picks,
    switchesIfIndependent = 0,
  }: JudgedSession['verdict'],
  expected: Verdict['expected'],
): boolean {
  const moved = switches - explainedSwitches
  if (behaviour !== 'inconclusive' || reason === 'service-changed' || expected !== 'spread' || moved <= 0)
    return false
  const transitions = Math.max(1, picks - 1)
  const rate = Math.min(1, switchesIfIndependent / (2 * transitions))
  return binomialAtLeast(moved, transitions, rate) <= namingError
}

/** One who moves is enough; and where all stay, what holds them must be known, unless only that was asked. */
function resultOf(
  { expected, isAsked, sessions }: UsersEvidence,
  users: UsersVerdict['users'],
  cause: Cause,
): Verdict['result'] {
  const moved = users.spread + users.broken
  if (expected === 'spread') {
    if (users.sticky + users.broken > 0) return 'differs'
    return users.inconclusive > 0 || moved === 0 ? 'inconclusive' : 'as-expected'
  }
  if (moved > 0) return 'differs'
  if (users.inconclusive > 0 || users.sticky === 0) return 'inconclusive'
  const hasControl = sessions.some(({ keepsCookies }) => !keepsCookies)
  const isKnown = ['cookie', 'header', 'configured'].includes(cause.kind)
  return isKnown || isAsked || !hasControl ? 'as-expected' : 'inconclusive'
}

function causeOf(
  evidence: UsersEvidence,
  jars: readonly JudgedSession[],
  users: UsersVerdict['users'],
  control: JudgedSession['verdict'] | undefined,
): Cause {
  const cookies = mergedCookies(jars.flatMap((jar) => jar.cookies))
  if (users.spread + users.broken > 0) {
    if (evidence.expected === 'spread' && users.broken === 0) return { kind: 'none' }
    return control?.expected === 'sticky' ? { kind: 'configured' } : whyNot(evidence, cookies)
  }
  if (users.sticky === 0) return { kind: 'none' }
  // Who keeps nothing is meant to stay, too, where that is what decides.
  const isMeant = control?.expected === 'sticky'
  if (isMeant && (control.behaviour === 'sticky' || control.behaviour === 'inconclusive'))
    return { kind: 'configured' }
  if (control?.behaviour === 'sticky') return { kind: 'something-else' }
  const sent = cookies.filter((cookie) => cookie.sent > 0)
  const isProven = control !== undefined && chanceWithout(evidence.sessions) <= evidence.acceptedError
  if (isProven && evidence.header !== undefined) return { kind: 'header', header: evidence.header }
  if (!isProven || sent.length === 0) return { kind: 'unproven' }
  return { kind: 'cookie', cookies: holding(evidence, sent) }
}

/**
 * The probability that all users stay at all their picks, if they were moved half as often as requests without a jar of the same
 * client: (1 − s/2m)^n, with s switches at m picks without a jar that nothing explains, and n picks of users; for several
 * clients the product. Half, as s is seen at few picks only; where the control is spread over pods, s is so large that the
 * number is as good as 0.
 */
function chanceWithout(sessions: readonly JudgedSession[]): number {
  const rates = new Map(
    sessions
      .filter(({ keepsCookies }) => !keepsCookies)
      .map(({ client, verdict: { switches, explainedSwitches, picks } }) => [
        client,
        (switches - explainedSwitches) / (2 * Math.max(1, picks - 1)),
      ]),
  )
  return sessions
    .filter(({ keepsCookies }) => keepsCookies)
    .reduce((chance, { client, verdict: { picks }, cookies }) => {
      // A pick without the cookie whose life was over is as free as the first one.
      const held = picks - 1 - Math.max(0, ...cookies.map(({ ended = 0 }) => ended))
      return chance * (1 - (rates.get(client) ?? 0)) ** Math.max(0, held)
    }, 1)
}

/** Those that can be what holds: the configured one, else those of proxies, else all. */
function holding(
  { configured, proxyCookies }: Pick<UsersEvidence, 'configured' | 'proxyCookies'>,
  cookies: readonly CookieReport[],
): string[] {
  const names = cookies.map(({ name }) => name)
  const meant = names.filter((name) => configured.includes(name))
  if (meant.length > 0) return meant
  const made = names.filter((name) => proxyCookies.has(name))
  return made.length > 0 ? made : names
}

function whyNot(evidence: UsersEvidence, cookies: readonly CookieReport[]): Cause {
  const jars = evidence.sessions.filter(({ keepsCookies }) => keepsCookies).length
  const { configured, path, header } = evidence
  if (header !== undefined) return { kind: 'header-ignored', header }
  const names = cookies.map(({ name }) => name)
  if (names.length === 0 || (configured.length > 0 && !names.some((name) => configured.includes(name)))) {
    const expected = configured.join(', ')
    return { kind: 'no-cookie', ...(expected === '' ? {} : { expected }), others: names }
  }
  const meant = new Set(holding(evidence, cookies))
  const own = cookies.filter(({ name }) => meant.has(name))
  const [unsent] = own
  if (unsent !== undefined && own.every(({ sent }) => sent === 0)) {
    const why = neverSent(unsent, path)
    return {
      kind: 'never-sent',
      cookie: unsent.name,
      why,
      ...(why === 'path' ? { path: effectivePath(unsent.first.path, path) } : {}),
    }
  }
  const sent = own.filter((cookie) => cookie.sent > 0)
  // Once for each user is what is meant to be; one more may be for the pod that it lost. The same value again is no other one.
  const anew = sent.every(({ set, values, sent: times }) => set > times / 2 && values > jars)
  // Where it is sent far more often, something else moves users.
  const deleted = sent.reduce(
    (sum, one) => sum + ((one.deleted ?? 0) * 2 < one.sent ? 0 : (one.deleted ?? 0)),
    0,
  )
  return { kind: 'ignored', cookies: sent.map(({ name }) => name), anew, ...(deleted > 0 ? { deleted } : {}) }
}

function neverSent({ first, deleted = 0 }: CookieReport, path: string): NeverSent {
  if (first.refused !== undefined) return first.refused
  if (deleted > 0) return 'deleted'
  // Who deletes one writes no value into it.
  if (first.lifetimeSeconds !== undefined && first.lifetimeSeconds <= 0)
    return first.length === 0 ? 'deleted' : 'expired'
  return pathMatches(path, effectivePath(first.path, path)) ? 'unknown' : 'path'
}
