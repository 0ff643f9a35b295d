import { movesOf } from '../../../judge/users/moves.ts'
import { wasLeft } from '../../../model/probe/results/left.ts'
import { pointsOf } from '../../../model/affinity/policy.ts'
import type { DuringReport } from '../../../model/probe/results/during.ts'
import { makerOf } from '../../../model/probe/cookies/maker.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'

/** Moves that are told one by one. */
const mostMoves = 200

/** Who of the users with a jar was moved since a moment of the run; nothing where there are none who should stay. */
export function sessionMoves(survey: ProbeSurvey, sinceMs: number): Pick<DuringReport, 'sessions'> {
  const { cells, sessions, users = [], endpoints, endpointChanges } = survey
  if (!users.some(({ expected }) => expected === 'sticky')) return {}
  const jars = cells.filter(({ session }) => sessions[session]?.keeps === 'cookies')
  const changes = endpointChanges.filter(({ atMs }) => atMs >= sinceMs)
  return {
    sessions: {
      ...movesOf({
        users: jars.map(({ switches, startMs }) => switches.filter(({ atMs }) => atMs + startMs >= sinceMs)),
        changes,
        readyAtEnd: endpoints.ready,
        points: pointsSeen(survey),
      }),
      left: jars.filter((cell) => wasLeft(cell, survey)).length,
      moves: jars
        .flatMap(({ client, session, startMs, switches }) =>
          switches.map(({ atMs, from, to, explanation }) => ({
            client,
            session,
            atMs: atMs + startMs,
            from,
            to,
            needless: explanation === undefined,
          })),
        )
        .filter(({ atMs }) => atMs >= sinceMs)
        .toSorted((one, other) => one.atMs - other.atMs)
        .slice(0, mostMoves),
    },
  }
}

/** What the objects say where it is no cookie, else what the values of the cookies do, else the objects. */
function pointsSeen({ cells, entries }: ProbeSurvey): ReturnType<typeof pointsOf> {
  const policy = entries[0]?.front?.policy
  if (policy?.kind === 'hash') return pointsOf(policy)
  for (const { name, first, names } of cells.flatMap(({ cookies = [] }) => cookies)) {
    if (names !== undefined) return 'at-a-pod'
    const points = makerOf({ name, form: first.form })?.points
    if (points !== undefined && points !== 'unknown') return points
  }
  return pointsOf(policy)
}
