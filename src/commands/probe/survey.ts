import { standardOutput } from '../../cli/output.ts'
import { known } from '../../model/snapshot.ts'
import type { ProbeSurvey } from '../../model/survey.ts'
import { runSurvey } from '../../probe/survey/run.ts'
import { renderSurvey } from '../../report/probe/render.ts'
import { exitCodeOf, type ProbeSession } from './session.ts'

/** Several clients, or several ways into the Service. */
export async function probeMany(session: ProbeSession): Promise<number> {
  const { cluster, options, format, progress, interrupt } = session
  const capacity = await tableCapacity(session)
  const { verdict } = await runSurvey(cluster, options, {
    progress,
    interrupted: interrupt.first,
    abandoned: interrupt.second,
    ...(capacity === undefined ? {} : { tableCapacity: capacity }),
    report: async (survey) => {
      progress.stop()
      const shown = { ...standardOutput(process), next: nextSteps(survey) }
      process.stdout.write(await renderSurvey(survey, format, shown))
    },
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
  return verdict.result === 'differs'
    ? [`kubectl affinity explain svc/${service.name} -n ${service.namespace}`]
    : []
}
