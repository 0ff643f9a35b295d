import { probe } from '../../probe/probe.ts'
import { controlOf, exitCodeOf, follow, print, type ProbeSession } from './session.ts'

/** Sends requests, and prints what they show. */
export async function probeOnce(session: ProbeSession): Promise<number> {
  const { cluster, options, progress } = session
  const steps = probe(cluster, options, controlOf(session), await tableCapacity(session))
  const { verdict } = await follow(steps, progress, {
    report: async (result) => await print(result, session),
  })
  return exitCodeOf(verdict.result)
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
