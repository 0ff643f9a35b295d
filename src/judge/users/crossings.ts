import type { CookieReport } from '../../model/probe/cookies/cause.ts'
import type { Crossing } from '../../model/probe/crossing.ts'

/** What one user saw at one place. */
export interface Visit {
  client: number
  session: number
  entry: number
  /** The pods of its first and last answer, where they are known. */
  first?: string | undefined
  last?: string | undefined
  /** When they asked there first, and how long what holds them lasts from when it was given. */
  startMs: number
  lifeMs: number
  cookies: readonly Pick<CookieReport, 'name' | 'brought'>[]
}

/** Two places, one visited after the other. */
export interface JourneyStep {
  from: number
  to: number
  isReturn: boolean
  isReplica?: boolean
}

/** What the users who kept their cookies found at each place that they came to from another. Pure. */
export function crossingsOf(steps: readonly JourneyStep[], visits: readonly Visit[]): Crossing[] {
  return steps.flatMap((step) => {
    const pairs = visits.flatMap((after) => {
      if (after.entry !== step.to) return []
      const before = visits.find(
        ({ client, session, entry }) =>
          entry === step.from && client === after.client && session === after.session,
      )
      return before?.last === undefined || after.first === undefined ? [] : [{ before, after }]
    })
    // Who comes without it, as its life is over, is as free as at the first request.
    const held = pairs.filter(({ before, after }) => after.startMs < givenMs(before, visits) + before.lifeMs)
    if (pairs.length === 0) return []
    const brought = pairs.flatMap(({ after }) =>
      after.cookies.filter((cookie) => (cookie.brought ?? 0) > 0).map(({ name }) => name),
    )
    return [
      {
        ...step,
        users: held.length,
        ...(held.length === pairs.length ? {} : { ended: pairs.length - held.length }),
        same: held.filter(({ before, after }) => before.last === after.first).length,
        cookies: [...new Set(brought)],
      },
    ]
  })
}

/** When a user may have been given what they have: with the first answer of all. */
function givenMs({ client, session }: Visit, visits: readonly Visit[]): number {
  const own = visits.filter((one) => one.client === client && one.session === session)
  return Math.min(...own.map(({ startMs }) => startMs))
}
