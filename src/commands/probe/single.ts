import { standardOutput } from '../../cli/output.ts'
import { runProbe } from '../../probe/run.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { exitCodeOf, nextSteps, type ProbeSession } from './session.ts'

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
