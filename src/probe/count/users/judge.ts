import { cookieNames } from '../../../model/probe/cookies/configured.ts'
import { judgeReturn, judgeUsers } from '../../../judge/users/users.ts'
import type { UsersVerdict } from '../../../model/probe/cookies/cause.ts'
import type { Crossing } from '../../../model/probe/crossing.ts'
import type { ProbedService } from '../../../model/probe/results/probe-result.ts'
import type { SurveyCell, SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { Verdict } from '../../../model/probe/results/verdict.ts'
import type { ProbePlan } from '../../plan/plan.ts'
import type { ProbeOptions } from '../../plan/options.ts'
import type { ProbeSubject } from '../../plan/preflight.ts'
import { Claims } from './claims.ts'

/** What ingress-nginx calls a backend. */
export function upstreamsOf({ namespace, name, port, portName }: ProbedService): string[] {
  return [String(port), ...(portName === undefined ? [] : [portName])].map(
    (word) => `${namespace}-${name}-${word}`,
  )
}

/** What cookies name of the endpoints of a Service. */
export function claimsOf(salt: string, { service, others = [] }: ProbeSubject): Claims {
  const all = [service, ...others]
  return new Claims(
    salt,
    all.flatMap((one) => upstreamsOf(one)),
    all.map(({ clusterIP, port }) => ({ address: clusterIP, port })),
  )
}

interface UsersInput {
  plan: ProbePlan
  options: ProbeOptions
  crossings?: readonly Crossing[] | undefined
  endpointsChanged: boolean
  /** Which Service a backend is of, by its letter, where requests to an entry are shared out to several. */
  serviceOf: (entry: SurveyEntry, letter: string) => string | undefined
}

/** Whoever cannot tell pods apart has seen nobody change the pod, however much the answers differ. */
function seenOf(verdict: Verdict): Verdict {
  return verdict.reason === 'backends-not-told-apart'
    ? { ...verdict, switches: 0, explainedSwitches: 0 }
    : verdict
}

/** What the users of a probe say together, entry by entry; undefined where none keeps cookies. */
export function usersOf(
  { plan, options, crossings = [], endpointsChanged, serviceOf }: UsersInput,
  cells: readonly SurveyCell[],
): UsersVerdict[] | undefined {
  const { sessions, entries, expectations } = plan
  if (!sessions.some(({ keeps }) => keeps === 'cookies')) return undefined
  return entries.flatMap((entry) => {
    const { index, front } = entry
    const own = cells.filter(({ entry }) => entry === index)
    if (own.length === 0) return []
    const made = own.flatMap(({ cookies = [] }) =>
      cookies.filter(({ maker }) => maker !== undefined).map(({ name }) => name),
    )
    const judged = judgeUsers({
      entry: index,
      expected: expectations[index]?.[0]?.behaviour ?? 'sticky',
      isAsked: options.expect !== undefined,
      acceptedError: options.acceptedError,
      path: front?.path ?? options.path,
      configured: cookieNames(front),
      header: sessions.flatMap((one) => (one.keeps === 'cookies' ? (one.header ?? []) : []))[0],
      proxyCookies: new Set(made),
      sessions: own.map(({ client, session, verdict, cookies = [] }) => ({
        client,
        keepsCookies: sessions[session]?.keeps === 'cookies',
        verdict: seenOf(verdict),
        cookies,
      })),
    })
    const moves = own
      .filter(({ session }) => sessions[session]?.keeps === 'cookies')
      .flatMap(({ switches }) => switches)
      .map(({ from, to }) => [serviceOf(entry, from), serviceOf(entry, to)])
      .filter(([from, to]) => from !== undefined && to !== undefined)
    const changes = moves.filter(([from, to]) => from !== to).length
    const services = [...new Set(moves.flat())].filter((name) => name !== undefined).toSorted()
    const verdict: UsersVerdict =
      moves.length === 0 ? judged : { ...judged, between: { services, changes, of: moves.length } }
    // Whoever comes back, or to another replica of one gateway, is to find the pod that it had.
    const back = crossings.filter(
      ({ isReturn, isReplica, to }) => (isReturn || isReplica === true) && to === index,
    )
    const worst = back.toSorted((one, other) => one.same - other.same)[0]
    return [worst === undefined || endpointsChanged ? verdict : judgeReturn(verdict, worst)]
  })
}

/**
 * One entry that differs is enough, and one that is open leaves the whole open, and so does a client that did not run.
 * @param isComplete all that was to be asked was asked
 */
export function worstOf(users: readonly UsersVerdict[], isComplete: boolean): Verdict['result'] {
  const results = new Set(users.map(({ result }) => result))
  if (results.has('differs')) return 'differs'
  return results.has('inconclusive') || results.size === 0 || !isComplete ? 'inconclusive' : 'as-expected'
}
