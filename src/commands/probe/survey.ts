import { known } from '../../model/fact.ts'
import type { ProbeSurvey } from '../../model/survey.ts'
import { runSurvey } from '../../probe/survey/run.ts'
import { renderSurvey } from '../../report/probe/render.ts'
import { exitCodeOf, type ProbeSession, surroundingsOf } from './session.ts'
import { commandFor, serviceTarget } from '../../targets/command.ts'

/** Several clients, or several ways into the Service. */
export async function probeMany(session: ProbeSession): Promise<number> {
  const capacity = await tableCapacity(session)
  const { verdict } = await runSurvey(session.cluster, session.options, {
    ...surroundingsOf(session, session.format, renderSurvey, nextSteps),
    ...(capacity === undefined ? {} : { tableCapacity: capacity }),
  })
  return exitCodeOf(verdict.result)
}

/** Fewer clients fit into every proxy's memory. */
const fewClients = 100

/** How many clients the proxy remembers for each pod, where that may matter and can be found out. */
async function tableCapacity({ cluster, options, interrupt }: ProbeSession): Promise<number | undefined> {
  if ((options.clients ?? 1) <= fewClients) return undefined
  const [{ readGroups, readProxy }, { semanticsOf }] = await Promise.all([
    import('../../snapshot/proxy.ts'),
    import('../../proxies/semantics.ts'),
  ])
  const groups = readGroups(cluster, interrupt.first)
  const names = groups.then((fact) => (fact.known ? known(new Set(fact.value.keys())) : fact))
  const proxy = await readProxy(cluster, names, interrupt.first)
  return proxy.known ? semanticsOf(proxy.value).mostClients : undefined
}

/** What the reader may want to do next: only commands that exist. */
function nextSteps({ service, verdict }: ProbeSurvey): string[] {
  return verdict.result === 'differs' ? [commandFor('explain', serviceTarget(service))] : []
}
