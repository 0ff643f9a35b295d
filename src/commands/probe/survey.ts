import { standardOutput } from '../../cli/output.ts'
import type { ProbeSurvey } from '../../model/survey.ts'
import { runSurvey } from '../../probe/survey/run.ts'
import { renderSurvey } from '../../report/probe/render.ts'
import { exitCodeOf, type ProbeSession } from './session.ts'

/** Several clients, or several ways into the Service. */
export async function probeMany(session: ProbeSession): Promise<number> {
  const { cluster, options, format, progress, interrupt } = session
  const { verdict } = await runSurvey(cluster, options, {
    progress,
    interrupted: interrupt.first,
    abandoned: interrupt.second,
    report: async (survey) => {
      progress.stop()
      const shown = { ...standardOutput(process), next: nextSteps(survey) }
      process.stdout.write(await renderSurvey(survey, format, shown))
    },
  })
  return exitCodeOf(verdict.result)
}

/** What the reader may want to do next: only commands that exist. */
function nextSteps({ service, verdict }: ProbeSurvey): string[] {
  return verdict.result === 'differs'
    ? [`kubectl affinity explain svc/${service.name} -n ${service.namespace}`]
    : []
}
