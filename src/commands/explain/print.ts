import { stdout } from '../../cli/terminal.ts'
import { explainFailure } from '../../cli/errors.ts'
import { writeProblem } from '../../cli/problem.ts'
import { isAtLeast, type Level } from '../../model/findings/finding.ts'
import type { ExplainRenderer } from '../../report/explain/renderer.ts'
import type { ExplainStep } from '../../snapshot/explanations.ts'

/** What was printed, for the exit code. */
export interface Printed {
  explained: number
  /** A finding was as bad as `failOn` or worse. */
  isTooBad: boolean
  /** The exit code of the last Service that could not be read. */
  failure?: number
}

/** Prints explanations as they come: what can be read is printed, though something else fails. */
export async function printSteps(
  steps: AsyncGenerator<ExplainStep>,
  loading: Promise<ExplainRenderer>,
  failOn: Level | undefined,
  interrupted?: AbortSignal,
): Promise<Printed> {
  // Reading begins while the renderer is being loaded.
  const first = steps.next()
  first.catch(() => undefined)
  const renderer = await loading
  const printed: Printed = { explained: 0, isTooBad: false }
  for (let item = await first; item.done !== true && !stdout.gone.aborted; item = await steps.next()) {
    const step = item.value
    if (step.kind === 'failure') {
      const { lines, exitCode } = explainFailure(step.error, { name: 'explain', flags: [] })
      await writeProblem(lines)
      printed.failure = exitCode
      continue
    }
    const findings = step.kind === 'findings' ? step.findings : step.explanation.findings
    printed.isTooBad ||= failOn !== undefined && findings.some(({ level }) => isAtLeast(level, failOn))
    if (step.kind === 'explanation') printed.explained += 1
    stdout.write(step.kind === 'findings' ? renderer.findings(findings) : renderer.item(step.explanation))
    // A long answer to a slow reader must not pile up in memory.
    await stdout.drained(interrupted)
  }
  stdout.write(renderer.end())
  return printed
}
