import { cookieNames } from '../../../model/probe/cookies/configured.ts'
import type { CookieReport } from '../../../model/probe/cookies/cause.ts'
import type { DroppedCookie } from '../../../model/probe/cookies/dropped.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import { cookiesAtFirst } from './affinity-cookie.ts'
import { askAgain, type FurtherRound } from './again.ts'
import { atFirstPlace } from '../journey.ts'

/** Users who leave one cookie out, and their requests. */
const [users, requests] = [6, 12]
/** More cookies are not left out in turn: each takes its share of the run. */
const mostCookies = 3

/**
 * Where two proxies give users a cookie each, or nobody knows whose any of them is: leaves out one after the other, and sees
 * without which users lose their pod, or stay though they moved before. Empty where there is nothing to find out. What it makes in the cluster is removed
 * before it returns.
 */
export async function dropInTurn(round: FurtherRound): Promise<DroppedCookie[]> {
  const { options, survey, control, onStage } = round
  const [first] = survey.users ?? []
  const isOpen =
    first?.cause.kind === 'cookie' || (first?.cause.kind === 'ignored' && first.expected === 'sticky')
  if (options.front === undefined || !isOpen || control.interrupted.aborted) return []
  const names = toBeDropped(cookiesAtFirst(survey), cookieNames(survey.entries[0]?.front))
  if (names.length === 0) return []
  onStage(`leaving out the cookies ${names.join(', ')}, one after the other`)
  const found = await askAgain(round, {
    ...options,
    ...atFirstPlace(options),
    clients: options.viaLocal === true ? 0 : 1,
    users: 0,
    oddUsers: names.flatMap((without) => Array.from({ length: users }, () => ({ without }))),
    withoutControl: true,
    requests,
  })
  if (found === undefined || found.endpointChanges.length > 0) return []
  const dropped = names.map((cookie) => {
    const own = found.cells.filter(({ session, verdict, recognition }) => {
      const spec = found.sessions[session]
      const isKnown = verdict.picks > 0 && recognition.by !== 'anonymous'
      return isKnown && spec?.keeps === 'cookies' && spec.without === cookie
    })
    return { cookie, users: own.length, moved: own.filter(({ verdict }) => verdict.switches > 0).length }
  })
  return dropped.every((one) => one.users > 0) ? dropped : []
}

/** Where users moved: the cookies without which all of them stay, and nobody expects them. Pure. */
export function takenBy({ dropped = [], users = [], entries }: ProbeSurvey): string[] {
  const meant = cookieNames(entries[0]?.front)
  const isMoved = users[0]?.cause.kind === 'ignored'
  return dropped.flatMap(({ cookie, moved }) =>
    isMoved && moved === 0 && !meant.includes(cookie) ? [cookie] : [],
  )
}

/** Those of proxies, where there are several; all that are sent, where none is known to be one. Pure. */
export function toBeDropped(
  cookies: readonly Pick<CookieReport, 'name' | 'sent' | 'maker' | 'names'>[],
  configured: readonly string[],
): string[] {
  const sent = cookies.filter((cookie) => cookie.sent > 0)
  const known = sent.filter(
    ({ name, maker, names }) => configured.includes(name) || maker !== undefined || names !== undefined,
  )
  const meant = known.length > 0 ? known : sent
  return meant.length < 2 ? [] : meant.slice(0, mostCookies).map(({ name }) => name)
}
