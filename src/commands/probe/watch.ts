import { standardOutput } from '../../cli/output.ts'
import { invalidValue } from '../../model/user-error.ts'
import { EventObserver } from '../../probe/events.ts'
import { runProbe } from '../../probe/run.ts'
import { createEventWriter } from '../../report/probe/event-writer.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { exitCodeOf, nextSteps, type ProbeSession } from './session.ts'

/** The longest that a probe goes on by itself, in milliseconds. */
export const longestRunMs = 24 * 3_600_000

/**
 * Goes on until it is stopped, and says each switch and each change of an endpoint when it happens. To be stopped is
 * its ordinary end, so the exit code is that of the verdict.
 */
export async function watch({
  cluster,
  options,
  format,
  progress,
  interrupt,
}: ProbeSession): Promise<number> {
  if (format === 'name' || format === 'yaml')
    throw invalidValue('output', format, 'must be json, text or wide with --watch')
  const { stdout, stderr } = process
  // Where both are the same terminal, lines go above the live view.
  const print = (line: string): void =>
    stdout.isTTY && stderr.isTTY ? progress.note(line) : void stdout.write(`${line}\n`)
  let observer: EventObserver | undefined
  const events = createEventWriter(format === 'json' ? 'json' : 'text', print)
  const { verdict } = await runProbe(
    cluster,
    options.durationMs === undefined
      ? { ...options, durationMs: longestRunMs, until: 'until stopped' }
      : options,
    {
      progress,
      interrupted: interrupt.first,
      finished: interrupt.first,
      abandoned: interrupt.second,
      observerFor: (expected, endpoints) => {
        if (expected === 'spread')
          progress.note('each request may pick another pod here: endpoints are told, switches are counted')
        observer = new EventObserver(events.write, Date.now, {
          tellsSwitches: expected === 'sticky',
          endpoints,
          onIndistinct: () =>
            progress.note(
              'the answers do not say which pod gave them: endpoints are told, switches are not; point --path at an answer that names the pod',
            ),
        })
        return observer
      },
      report: async (result) => {
        observer?.finish()
        events.flush()
        progress.stop()
        const shown = { ...standardOutput(process), next: nextSteps(result) }
        const report = await renderProbe(result, format, shown)
        // One object on each line, this one too.
        stdout.write(format === 'json' ? `${JSON.stringify(JSON.parse(report))}\n` : report)
      },
    },
  )
  return exitCodeOf(verdict.result)
}
