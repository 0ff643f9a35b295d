import { ApiError } from '../../cluster/index.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Breaks } from '../../model/probe/breaks.ts'
import type { DroppedCookie } from '../../model/probe/cookies/dropped.ts'
import type { ForgedSurvey } from '../../model/probe/cookies/forged.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { CookieLifetime } from '../../model/probe/cookies/lifetime.ts'
import type { FurtherRound } from '../../probe/front/rounds/again.ts'
import { probe } from '../../probe/probe.ts'
import type { Progress } from '../../report/probe/live/progress.ts'
import { controlOf, exitCodeOf, follow, print, type ProbeSession } from './session.ts'
import { defined } from '../../model/common/values.ts'

/** Sends requests, and prints what they show. */
export async function probeOnce(session: ProbeSession): Promise<number> {
  const { cluster, options, progress } = session
  let lifetime: CookieLifetime | undefined
  const steps = probe(cluster, options, controlOf(session), await tableCapacity(session))
  const { verdict } = await follow(steps, progress, {
    report: async (result) => {
      const found = options.front === undefined ? {} : await furtherRounds(session, result)
      lifetime = found.lifetime
      await print({ ...result, ...found }, session)
    },
  })
  return exitCodeOf(
    verdict.result === 'as-expected' && lifetime?.result === 'differs' ? 'differs' : verdict.result,
  )
}

type Found = Pick<ProbeSurvey, 'dropped' | 'breaks' | 'forged' | 'lifetime'>

/** Through a gateway, what rounds after the first one find. */
async function furtherRounds(session: ProbeSession, survey: ProbeSurvey): Promise<Found> {
  const { cluster, options, flags, progress } = session
  const onStage = (text: string): void => progress.stage(text)
  const first = { cluster, options, survey, control: controlOf(session), onStage }
  const dropped = (await besides(session, () => whichDecides(first))) ?? []
  const left = dropped.length === 0 ? {} : { dropped }
  const round = { ...first, survey: { ...survey, ...left } }
  const breaks = await besides(session, () => whereItBreaks(round))
  const forged = flags.forge ? await besides(session, () => whatForgedShow(round, progress)) : undefined
  const lifetime = flags['measure-timeout']
    ? await besides(session, () => howLongCookiesLive(round, flags.max ?? longestWaitMs, progress))
    : undefined
  return { ...left, ...defined({ breaks, forged, lifetime }) }
}

/** What a further run finds; where it cannot be made, that is said, and what the first one found stands. */
async function besides<T>({ progress }: ProbeSession, find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find()
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ApiError)) throw error
    progress.note(`a further run could not be made: ${error.message}`)
    return undefined
  }
}

/** A verdict that is not what was promised is no answer yet. */
async function whereItBreaks(round: FurtherRound): Promise<Breaks | undefined> {
  if (round.survey.verdict.result === 'as-expected') return undefined
  return await (await import('../../probe/front/rounds/narrow.ts')).narrow(round)
}

/** Where there are several cookies of which each may be the one: a run without one after the other. */
async function whichDecides(round: FurtherRound): Promise<DroppedCookie[]> {
  return await (await import('../../probe/front/rounds/dropped.ts')).dropInTurn(round)
}

/** A run of its own, with cookies that nobody was given. */
async function whatForgedShow(round: FurtherRound, progress: Progress): Promise<ForgedSurvey | undefined> {
  const { forge } = await import('../../probe/front/rounds/forge.ts')
  const found = await forge(round)
  if (found === undefined) progress.note('no cookie came that a proxy is known to make: none is forged')
  return found
}

const longestWaitMs = 120_000

/** A run of its own, that waits for the end of a cookie. */
async function howLongCookiesLive(
  round: FurtherRound,
  maxMs: number,
  progress: Progress,
): Promise<CookieLifetime | undefined> {
  const { measureLifetime } = await import('../../probe/front/rounds/lifetime.ts')
  const found = await measureLifetime(round, maxMs)
  if (found === undefined)
    progress.note('no cookie is known to hold users: how long it lives is not measured')
  return found
}

/** Fewer clients fit into every proxy's memory. */
const fewClients = 100

/** How many clients the proxy remembers for each pod, where that may matter and can be found out. */
async function tableCapacity({ cluster, options, interrupt }: ProbeSession): Promise<number | undefined> {
  if ((options.clients ?? 1) <= fewClients) return undefined
  const [{ readProxy }, { semanticsOf }] = await Promise.all([
    import('../../snapshot/cluster/proxy.ts'),
    import('../../mechanisms/service/proxies/semantics.ts'),
  ])
  const proxy = await readProxy(cluster, interrupt.first)
  return proxy.known ? semanticsOf(proxy.value).mostClients : undefined
}
