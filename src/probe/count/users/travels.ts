import { crossingsOf, type Step } from '../../../judge/crossings.ts'
import type { Crossing } from '../../../model/probe/crossing.ts'
import type { SurveyCell } from '../../../model/probe/survey.ts'
import type { ProbePlan } from '../../plan/plan.ts'

/** What users found who took their cookies from place to place. */
export function travels({ entries, sessions }: ProbePlan, cells: readonly SurveyCell[]): Crossing[] {
  const places = entries.filter(({ front }) => front?.again === undefined)
  // Pods of different Services have nothing to do with each other.
  const onward = places.flatMap((to, index) =>
    places
      .slice(0, index)
      .filter(({ front }) => front?.service === to.front?.service)
      .map((from): Step => ({
        from: from.index,
        to: to.index,
        isReturn: false,
        ...(to.front?.replica === undefined ? {} : { isReplica: true }),
      })),
  )
  const back = entries.flatMap(({ index, front }): Step[] =>
    front?.again === undefined ? [] : [{ from: front.again, to: index, isReturn: true }],
  )
  const visits = cells
    .filter(({ session }) => sessions[session]?.keeps === 'cookies')
    .map(({ client, session, entry, timeline, cookies = [] }) => ({
      client,
      session,
      entry,
      first: timeline[0]?.letter,
      last: timeline.at(-1)?.letter,
      cookies,
    }))
  return crossingsOf([...onward, ...back], visits)
}
