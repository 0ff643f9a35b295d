import { stdout } from '../../cli/terminal.ts'
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
    const control = { interrupted: interrupt.first, abandoned: interrupt.second }
    let exitCode = 0
    for await (const step of probeBeside(cluster, options, beside, control)) {
      if (step.kind === 'stage') progress.stage(step.text)
      else if (step.kind === 'note') progress.note(step.text)
      else if (step.kind === 'state') progress.update(step.state)
      else if (step.kind === 'start-over') progress.startOver()
      else if (step.kind === 'first-only') stdout.write(await renderProbe(step.result, format, shown([])))
      else {
        const { comparison } = step
        exitCode = exitCodeOf(comparison.result)
        stdout.write(await renderComparison(comparison, format, shown(nextSteps(comparison))))
      }
    }
    return exitCode
  }
}

/** What the reader may want to do next. */
function nextSteps({ conclusion, runs: [{ result }] }: ProbeComparison): string[] {
  return conclusion.kind === 'cluster' ? [commandFor('explain', serviceTarget(result.service))] : []
}
