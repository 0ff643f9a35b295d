import { ApiError } from '../../cluster/index.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Breaks } from '../../model/probe/breaks.ts'
import type { DroppedCookie } from '../../model/probe/cookies/dropped.ts'
import type { ForgedSurvey } from '../../model/probe/cookies/forged.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { CookieLifetime } from '../../model/probe/cookies/lifetime.ts'
import { probe } from '../../probe/probe.ts'
import { controlOf, exitCodeOf, follow, print, type ProbeSession } from './session.ts'
import { defined } from '../../model/common/defined.ts'

/** Sends requests, and prints what they show. */
export async function probeOnce(session: ProbeSession): Promise<number> {
  const { cluster, options, progress } = session
  let lifetime: CookieLifetime | undefined
  const steps = probe(cluster, options, controlOf(session), await tableCapacity(session))
  const { verdict } = await follow(steps, progress, {
    report: async (result) => {
      const dropped = (await besides(session, () => whichDecides(session, result))) ?? []
      const known = dropped.length === 0 ? result : { ...result, dropped }
      const breaks = await besides(session, () => whereItBreaks(session, known))
      const forged = await besides(session, () => whatForgedShow(session, result))
      lifetime = await besides(session, () => howLongCookiesLive(session, known))
      await print({ ...known, ...defined({ breaks, forged, lifetime }) }, session)
    },
  })
  return exitCodeOf(
    verdict.result === 'as-expected' && lifetime?.result === 'differs' ? 'differs' : verdict.result,
  )
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

/** Through a gateway, a verdict that is not what was promised is no answer yet. */
async function whereItBreaks(session: ProbeSession, result: ProbeSurvey): Promise<Breaks | undefined> {
  const { cluster, options, progress } = session
  if (options.front === undefined || result.verdict.result === 'as-expected') return undefined
  const { narrow } = await import('../../probe/front/rounds/narrow.ts')
  return await narrow(cluster, options, result, controlOf(session), (text) => progress.stage(text))
}

/** Where there are several cookies of which each may be the one: a run without one after the other. */
async function whichDecides(session: ProbeSession, result: ProbeSurvey): Promise<DroppedCookie[]> {
  const { cluster, options, progress } = session
  if (options.front === undefined) return []
  const { dropInTurn } = await import('../../probe/front/rounds/dropped.ts')
  return await dropInTurn(cluster, options, result, controlOf(session), (text) => progress.stage(text))
}

/** A run of its own, with cookies that nobody was given, where that was asked for. */
async function whatForgedShow(session: ProbeSession, result: ProbeSurvey): Promise<ForgedSurvey | undefined> {
  const { cluster, options, flags, progress } = session
  if (!flags.forge || options.front === undefined) return undefined
  const { forge } = await import('../../probe/front/rounds/forge.ts')
  const found = await forge(cluster, options, result, controlOf(session), (text) => progress.stage(text))
  if (found === undefined) progress.note('no cookie came that a proxy is known to make: none is forged')
  return found
}

const longestWaitMs = 120_000

/** A run of its own, that waits for the end of a cookie, where that was asked for. */
async function howLongCookiesLive(
  session: ProbeSession,
  result: ProbeSurvey,
): Promise<CookieLifetime | undefined> {
  const { cluster, options, flags, progress } = session
  if (!flags['measure-timeout'] || options.front === undefined) return undefined
  const { measureLifetime } = await import('../../probe/front/rounds/lifetime.ts')
  const control = { ...controlOf(session), maxMs: flags.max ?? longestWaitMs }
  const found = await measureLifetime(cluster, options, result, control, (text) => progress.stage(text))
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
    import('../../snapshot/proxy.ts'),
    import('../../mechanisms/service/proxies/semantics.ts'),
  ])
  const proxy = await readProxy(cluster, interrupt.first)
  return proxy.known ? semanticsOf(proxy.value).mostClients : undefined
}
