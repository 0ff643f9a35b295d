import type { CookieLifetime, LifetimeCount, LifetimeStep } from '../../../model/probe/cookies/lifetime.ts'
import type { Policy } from '../../../model/affinity/policy.ts'
import { defined } from '../../../model/common/values.ts'

/** One answer to a user, with what matters of it for the life of one cookie. */
export interface AgedAnswer {
  /** Which request of the user it was: 0, 1, 2 … */
  round: number
  user: number
  atMs: number
  sent: boolean
  anew: boolean
  /** The pod that gave it, where that is known. */
  pod?: string
}

/** Milliseconds: time enough for an answer to have come before the next request. */
const soonMs = 200

/**
 * How long users wait from one request to the next: they are given the cookie, come back at once, before its end, and after
 * it. Where each answer moves the end on, once more after a pause that is longer than its life.
 */
export function pausesFor(lifeMs: number, isRenewed: boolean): number[] {
  const before = Math.max(soonMs, lifeMs * 0.75)
  const beyond = lifeMs * 0.4 + soonMs + 1000
  return isRenewed ? [soonMs, before, beyond, lifeMs + 1500] : [soonMs, before, beyond]
}

/** Users of each kind so that all are on their pod by chance with a probability below `acceptedError`, within reason. */
export function usersFor(endpoints: number, acceptedError: number): number {
  if (endpoints < 2) return fewest
  return Math.min(most, Math.max(fewest, Math.ceil(Math.log(acceptedError) / Math.log(1 / endpoints))))
}

const [fewest, most] = [6, 30]

/**
 * Those who came when they were to: on a busy machine some come after the end where they were to come before it, and what
 * they show then is of another age than that of the others.
 */
export function onTime(
  answers: readonly AgedAnswer[],
  { pausesMs, lifeMs }: { pausesMs: readonly number[]; lifeMs: number },
): AgedAnswer[] {
  const isLate = (own: readonly AgedAnswer[]): boolean =>
    own.some(({ round, atMs }, index) => {
      if (round === 0) return false
      const [before, pause = 0] = [own[index - 1], pausesMs[round - 1]]
      const isNext = before?.round === round - 1
      return !isNext || (pause < lifeMs && atMs - before.atMs - pause > lifeMs * lateShare)
    })
  // Who failed was given no later end.
  const answered = answers.filter(({ pod }) => pod !== undefined)
  return [...Map.groupBy(answered, ({ user }) => user).values()].filter((own) => !isLate(own)).flat()
}

/** Of its life; less than what is left of it after the look before its end. */
const lateShare = 0.2

/** @param browsers how many of the users, from the first on, are as browsers are */
export function stepsOf(answers: readonly AgedAnswer[], browsers: number): LifetimeStep[] {
  const given = new Map(answers.filter(({ round }) => round === 0).map((one) => [one.user, one]))
  const rounds = Map.groupBy(
    answers.filter(({ round }) => round > 0),
    ({ round }) => round,
  )
  return [...rounds]
    .toSorted(([one], [other]) => one - other)
    .map(([, own]) => {
      const known = own.flatMap((answer) => {
        const first = given.get(answer.user)
        return first?.pod === undefined || answer.pod === undefined || !first.anew ? [] : [{ answer, first }]
      })
      const count = (of: typeof known): LifetimeCount => ({
        users: of.length,
        sent: of.filter(({ answer }) => answer.sent).length,
        same: of.filter(({ answer, first }) => answer.pod === first.pod).length,
        anew: of.filter(({ answer }) => answer.anew).length,
      })
      const ages = known.map(({ answer, first }) => answer.atMs - first.atMs)
      return {
        ageMs: ages.length === 0 ? 0 : Math.round(Math.max(...ages)),
        browsers: count(known.filter(({ answer }) => answer.user < browsers)),
        keepers: count(known.filter(({ answer }) => answer.user >= browsers)),
      }
    })
}

/** What the steps say together. Pure. */
export function lifeOf(
  steps: readonly LifetimeStep[],
  { lifeMs, endpoints }: { lifeMs: number; endpoints: number },
): Pick<CookieLifetime, 'isRenewed' | 'endedBy'> {
  const after = steps.find(({ ageMs }) => ageMs > lifeMs)
  if (after === undefined || after.browsers.users === 0) return {}
  const { browsers } = after
  const isRenewed = browsers.sent === browsers.users ? true : browsers.sent === 0 ? false : undefined
  // Where answers move the end on, only who paused for longer than it lives is past the end.
  const past = isRenewed === true ? steps.at(-1) : after
  const isPast = past !== undefined && past.browsers.sent === 0
  const endedBy = isPast ? enderOf(past.keepers, endpoints, isRenewed === true) : undefined
  return defined({ isRenewed, endedBy })
}

function enderOf(
  { users, sent, same, anew }: LifetimeCount,
  endpoints: number,
  isRenewed: boolean,
): CookieLifetime['endedBy'] | undefined {
  if (users === 0 || sent < users) return undefined
  if (anew === users && same < users) return 'server'
  // Of one pod everybody is on it; and who gives it with each answer gives it here, too.
  return (anew === 0 || isRenewed) && same === users && endpoints > 1 ? 'browser' : undefined
}

/** Browsers count in seconds, and so do many who write `Expires`. */
const toleranceSeconds = 1

/** The end that objects say, and whether it is the one that came. */
export function comparedWith(
  policy: Policy | undefined,
  cookie: string,
  givenSeconds: number | undefined,
): Pick<CookieLifetime, 'configuredSeconds' | 'result'> {
  if (policy?.kind !== 'cookie' || (policy.name !== undefined && policy.name !== cookie))
    return { result: 'as-expected' }
  const configuredSeconds = policy.ttlSeconds ?? 0
  const isSame = Math.abs((givenSeconds ?? 0) - configuredSeconds) <= toleranceSeconds
  return { configuredSeconds, result: isSame ? 'as-expected' : 'differs' }
}
