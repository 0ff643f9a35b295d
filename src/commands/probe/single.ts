import { standardOutput } from '../../cli/output.ts'
import type { ProbeResult } from '../../model/probe-result.ts'
import { runProbe } from '../../probe/run.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { exitCodeOf, type ProbeSession } from './session.ts'

/** One client, one way into the Service. */
export async function probeOnce(session: ProbeSession): Promise<number> {
  const { cluster, options, format, progress, interrupt } = session
  const { verdict } = await runProbe(cluster, options, {
    progress,
    interrupted: interrupt.first,
    abandoned: interrupt.second,
    report: async (result) => {
      progress.stop()
      const shown = { ...standardOutput(process), next: nextSteps(result) }
      process.stdout.write(await renderProbe(result, format, shown))
    },
  })
  return exitCodeOf(verdict.result)
}

/** What the reader may want to do next: only commands that exist. */
function nextSteps({ service, verdict }: ProbeResult): string[] {
  const target = `svc/${service.name} -n ${service.namespace}`
  if (verdict.result === 'differs') return [`kubectl affinity explain ${target}`]
  const isPlain = verdict.result === 'as-expected' && service.policy.kind === 'none'
  return isPlain ? [`kubectl affinity enable ${target} --timeout 3h`] : []
}
