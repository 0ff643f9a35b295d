import { type Outlet, stderr, stdout } from './terminal.ts'
import type { Progress } from '../report/probe/live/progress.ts'
import { createStyle, outputWidth, type Style, type TerminalFacts } from '../report/terminal.ts'

/** How the answer may be shown on stdout. */
export interface Output {
  style: Style
  width: number
}

/** How the answer may be shown on standard output. */
export function standardOutput({ env }: NodeJS.Process): Output {
  const facts = factsOf(stdout, env)
  return { style: createStyle(facts), width: outputWidth(facts) }
}

/** Progress on stderr, so that stdout holds nothing but the answer. */
export async function standardProgress(process: NodeJS.Process): Promise<Progress> {
  const { env } = process
  const { createProgress } = await import('../report/probe/live/view.ts')
  const { stream, isTTY } = stderr
  return createProgress({
    stream,
    isTTY,
    columns: () => outputWidth(factsOf(stderr, env)),
    style: createStyle(factsOf(stderr, env)),
    now: () => performance.now(),
    process,
  })
}

function factsOf({ isTTY, columns }: Outlet, env: NodeJS.ProcessEnv): TerminalFacts {
  return { isTTY, columns, env }
}
