import type { Interrupt } from '../../cli/interrupt.ts'
import { exitCodes } from '../../cli/errors.ts'
import { standardOutput } from '../../cli/output.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { ProbeResult } from '../../model/probe-result.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { ProbeOptions } from '../../probe/plan.ts'
import type { ProbeFlags } from '../../probe/flags/flags.ts'
import type { Progress } from '../../report/probe/progress.ts'
import type { ProbeFormat } from '../../report/probe/render.ts'
import { commandFor, serviceTarget } from '../../targets/command.ts'

type ShownOptions = ReturnType<typeof standardOutput> & { next: string[] }

/** One call of `probe`: what every way to probe gets. The caller closes and stops what is in it. */
export interface ProbeSession {
  cluster: Cluster
  options: ProbeOptions
  /** For a way to probe with flags of its own. */
  flags: ProbeFlags
  format: ProbeFormat
  progress: Progress
  interrupt: Interrupt
}

/** A way to probe: runs to the end of its report and resolves with the exit code that its verdict means. */
export type ProbeMode = (session: ProbeSession) => Promise<number>

/**
 * What a run needs of the session. Its result is printed as `render` makes it of the format that was asked for, with the
 * commands of `next` below it, before anything is cleaned up.
 */
export function surroundingsOf<Result, Format>(
  { progress, interrupt }: ProbeSession,
  format: Format,
  render: (result: Result, format: Format, options: ShownOptions) => string | Promise<string>,
  next: (result: Result) => string[],
) {
  return {
    progress,
    interrupted: interrupt.first,
    abandoned: interrupt.second,
    report: async (result: Result): Promise<void> => {
      progress.stop()
      const shown = { ...standardOutput(process), next: next(result) }
      process.stdout.write(await render(result, format, shown))
    },
  }
}

/** What the reader may want to do next: only commands that exist. */
export function nextSteps({ service, verdict }: ProbeResult): string[] {
  const target = serviceTarget(service)
  if (verdict.result === 'differs') return [commandFor('explain', target)]
  const isPlain = verdict.result === 'as-expected' && service.policy.kind === 'none'
  return isPlain ? [commandFor('enable', target, '--timeout 3h')] : []
}

/** 0, 3 or 4, as help says. */
export function exitCodeOf(result: Verdict['result']): number {
  if (result === 'differs') return exitCodes.differs
  return result === 'inconclusive' ? exitCodes.inconclusive : 0
}
