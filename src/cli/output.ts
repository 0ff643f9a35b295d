import type { Progress } from '../report/probe/progress.ts'
import { createStyle, outputWidth, type Style, type TerminalFacts } from '../report/terminal.ts'

/** How the answer may be shown on stdout. */
export interface Output {
  style: Style
  width: number
}

export function standardOutput(process: NodeJS.Process): Output {
  const facts = factsOf(process.stdout, process.env)
  return { style: createStyle(facts), width: outputWidth(facts) }
}

/** Progress on stderr, so that stdout holds nothing but the answer. */
export async function standardProgress(process: NodeJS.Process): Promise<Progress> {
  const { createProgress } = await import('../report/probe/progress.ts')
  const { stderr, env } = process
  return createProgress({
    stream: stderr,
    isTTY: stderr.isTTY,
    columns: () => outputWidth(factsOf(stderr, env)),
    style: createStyle(factsOf(stderr, env)),
    now: () => performance.now(),
  })
}

function factsOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): TerminalFacts {
  return { isTTY: stream.isTTY, columns: stream.columns, env }
}
