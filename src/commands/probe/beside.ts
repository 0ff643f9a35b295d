import { standardOutput } from '../../cli/output.ts'
import type { ProbeComparison } from '../../model/comparison.ts'
import { renderComparison } from '../../report/probe/comparison/render.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { type Beside, probeBeside } from '../../shadow/probe.ts'
import { exitCodeOf, type ProbeMode } from './session.ts'
import { commandFor, serviceTarget } from '../../targets/command.ts'

/** A Service and something in its place, two results side by side. */
export function probeBesideOf(beside: Beside): ProbeMode {
  return async ({ cluster, options, format, progress, interrupt }) => {
    const shown = (next: string[]) => {
      progress.stop()
      return { ...standardOutput(process), next }
    }
    const { result } = await probeBeside(cluster, options, beside, {
      progress,
      interrupted: interrupt.first,
      abandoned: interrupt.second,
      report: async (comparison) => {
        process.stdout.write(await renderComparison(comparison, format, shown(nextSteps(comparison))))
      },
      reportFirst: async (result) => {
        process.stdout.write(await renderProbe(result, format, shown([])))
      },
    })
    return exitCodeOf(result)
  }
}

/** What the reader may want to do next. */
function nextSteps({ conclusion, runs: [{ result }] }: ProbeComparison): string[] {
  return conclusion.kind === 'cluster' ? [commandFor('explain', serviceTarget(result.service))] : []
}
