import type { Breaks } from '../../model/breaks.ts'
import type { ProbeSurvey } from '../../model/survey.ts'
import { probe } from '../../probe/probe.ts'
import { controlOf, exitCodeOf, follow, print, type ProbeSession } from './session.ts'

/** Sends requests, and prints what they show. */
export async function probeOnce(session: ProbeSession): Promise<number> {
  const { cluster, options, progress } = session
  const steps = probe(cluster, options, controlOf(session), await tableCapacity(session))
  const { verdict } = await follow(steps, progress, {
    report: async (result) => {
      const breaks = await whereItBreaks(session, result)
      await print(breaks === undefined ? result : { ...result, breaks }, session)
    },
  })
  return exitCodeOf(verdict.result)
}

/** Through a gateway, a verdict that is not what was promised is no answer yet. */
async function whereItBreaks(session: ProbeSession, result: ProbeSurvey): Promise<Breaks | undefined> {
  const { cluster, options, progress } = session
  if (options.front === undefined || result.verdict.result !== 'differs') return undefined
  const { narrow } = await import('../../front/narrow.ts')
  return await narrow(cluster, options, result, controlOf(session), (text) => progress.stage(text))
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
