import { once } from 'node:events'
import { explainFailure } from '../../cli/errors.ts'
import { isAtLeast, type Level } from '../../model/finding.ts'
import type { Renderer } from '../../report/explain/render.ts'
import type { Step } from '../../snapshot/explanations.ts'

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
  steps: AsyncGenerator<Step>,
  loading: Promise<Renderer>,
  failOn: Level | undefined,
  process: NodeJS.Process,
): Promise<Printed> {
  // Reading begins while the renderer is being loaded.
  const first = steps.next()
  first.catch(() => undefined)
  const renderer = await loading
  const printed: Printed = { explained: 0, isTooBad: false }
  for (let item = await first; item.done !== true; item = await steps.next()) {
    const step = item.value
    if (step.kind === 'failure') {
      const { lines, exitCode } = explainFailure(step.error, { name: 'explain', flags: [] })
      process.stderr.write(`${lines.join('\n')}\n`)
      printed.failure = exitCode
      continue
    }
    const findings = step.kind === 'findings' ? step.findings : step.explanation.findings
    printed.isTooBad ||= failOn !== undefined && findings.some(({ level }) => isAtLeast(level, failOn))
    if (step.kind === 'explanation') printed.explained += 1
    await write(
      process.stdout,
      step.kind === 'findings' ? renderer.findings(findings) : renderer.item(step.explanation),
    )
  }
  await write(process.stdout, renderer.end())
  return printed
}

/** Waits for a slow reader, so that a long answer does not pile up in memory. */
async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (text === '' || stream.write(text) || stream.destroyed) return
  await Promise.race([once(stream, 'drain'), once(stream, 'close')])
}
