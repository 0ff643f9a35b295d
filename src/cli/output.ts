import { stderr, stdout } from './terminal.ts'
import type { Progress } from '../report/probe/live/progress.ts'
import { createStyle, outputWidth, type Style, type TerminalFacts } from '../report/terminal.ts'

/** How the answer may be shown on stdout. */
export interface Output {
  style: Style
  width: number
}

/** How the answer may be shown on standard output. */
export function standardOutput({ env }: NodeJS.Process): Output {
  const facts = factsOf(stdout.stream, env)
  return { style: createStyle(facts), width: outputWidth(facts) }
}

/** Progress on stderr, so that stdout holds nothing but the answer. */
export async function standardProgress(process: NodeJS.Process): Promise<Progress> {
  const { env } = process
  const { createProgress } = await import('../report/probe/live/view.ts')
  const { stream } = stderr
  return createProgress({
    stream,
    isTTY: stream.isTTY,
    columns: () => outputWidth(factsOf(stream, env)),
    style: createStyle(factsOf(stream, env)),
    now: () => performance.now(),
    process,
  })
}

function factsOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): TerminalFacts {
  return { isTTY: stream.isTTY, columns: stream.columns, env }
}
