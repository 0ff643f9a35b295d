import { stderr, stdout } from '../../cli/terminal.ts'
import { jsonText } from '../../report/text/json.ts'
import { standardOutput } from '../../cli/output.ts'
import { invalidValue } from '../../model/common/user-error.ts'
import { EventMaker } from '../../probe/events.ts'
import { probe } from '../../probe/probe.ts'
import { createEventWriter } from '../../report/probe/live/event-writer.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { controlOf, exitCodeOf, follow, nextSteps, type ProbeSession } from './session.ts'

/** The longest that a probe goes on by itself, in milliseconds. */
export const longestRunMs = 24 * 3_600_000

/**
 * Goes on until it is stopped, and says each switch and each change of an endpoint when it happens. To be stopped is
 * its ordinary end, so the exit code is that of the verdict.
 */
export async function watch(session: ProbeSession): Promise<number> {
  const { cluster, options, format, progress, interrupt } = session
  if (format === 'name' || format === 'yaml')
    throw invalidValue('output', format, 'must be json, text or wide with --watch')
  // Where both are the same terminal, lines go above the live view.
  const print = (line: string): void =>
    stdout.isTTY && stderr.isTTY ? progress.note(line) : stdout.write(`${line}\n`)
  const writer = createEventWriter(format === 'json' ? 'json' : 'text', print)
  const events = new EventMaker(writer.write, Date.now, progress.note)
  const asked =
    options.durationMs === undefined
      ? { ...options, durationMs: longestRunMs, until: 'until stopped' }
      : options
  const steps = probe(cluster, asked, { ...controlOf(session), finished: interrupt.first })
  const { verdict } = await follow(steps, progress, {
    tell: (step) => events.take(step),
    report: async (result) => {
      events.finish()
      writer.flush()
      progress.stop()
      const shown = { ...standardOutput(process), next: nextSteps(result) }
      const report = await renderProbe(result, format, shown)
      // One object on each line, this one too.
      stdout.write(format === 'json' ? `${jsonText(JSON.parse(report))}\n` : report)
    },
  })
  return exitCodeOf(verdict.result)
}
