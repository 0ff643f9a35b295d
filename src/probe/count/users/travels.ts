import { crossingsOf, type JourneyStep } from '../../../judge/users/crossings.ts'
import type { Crossing } from '../../../model/probe/crossing.ts'
import { cookieNames } from '../../../model/probe/cookies/configured.ts'
import type { CookieReport } from '../../../model/probe/cookies/cause.ts'
import type { BackendTally } from '../../../model/probe/results/probe-result.ts'
import type { SurveyCell } from '../../../model/probe/results/survey.ts'
import type { ProbePlan } from '../../plan/plan.ts'

/** What users found who took their cookies from place to place. */
export function travels(
  { entries, sessions }: ProbePlan,
  cells: readonly SurveyCell[],
  backends: readonly BackendTally[],
): Crossing[] {
  // Answers that look alike may be of several pods: who gave them is not known.
  const known = new Set(
    backends.flatMap(({ backend }) => (backend.kind === 'anonymous' ? [] : [backend.letter])),
  )
  const podOf = (letter: string | undefined): string | undefined =>
    letter !== undefined && known.has(letter) ? letter : undefined
  const places = entries.filter(({ front }) => front?.again === undefined)
  // Pods of different Services have nothing to do with each other.
  const onward = places.flatMap((to, index) =>
    places
      .slice(0, index)
      .filter(({ front }) => front?.service === to.front?.service)
      .map((from): JourneyStep => ({
        from: from.index,
        to: to.index,
        isReturn: false,
        ...(to.front?.replica === undefined ? {} : { isReplica: true }),
      })),
  )
  const back = entries.flatMap(({ index, front }): JourneyStep[] =>
    front?.again === undefined ? [] : [{ from: front.again, to: index, isReturn: true }],
  )
  const visits = cells
    .filter(({ session }) => sessions[session]?.keeps === 'cookies')
    .map(({ client, session, entry, timeline, cookies = [] }) => ({
      startMs: timeline[0]?.fromMs ?? 0,
      lifeMs: lifeOf(cookies, cookieNames(entries[entry]?.front)),
      client,
      session,
      entry,
      first: podOf(timeline[0]?.letter),
      last: podOf(timeline.at(-1)?.letter),
      cookies,
    }))
  return crossingsOf([...onward, ...back], visits)
}

/** How long what holds a user lasts once it is given: the cookie that is configured, else what proxies make, else all. */
function lifeOf(cookies: readonly CookieReport[], configured: readonly string[]): number {
  const named = cookies.filter(({ name }) => configured.includes(name))
  const made = cookies.filter(({ maker }) => maker !== undefined)
  const holding = named.length > 0 ? named : made.length > 0 ? made : cookies
  const lives = holding.map(({ first }) => first.lifetimeSeconds ?? Infinity)
  return lives.length === 0 ? Infinity : Math.max(...lives) * 1000
}
