import { exitCodes } from './errors.ts'

/** What becomes of text that cannot be written. */
export interface OutputGuard {
  /** Whether an answer was lost that somebody wanted. */
  readonly lost: boolean
}

/**
 * Keeps a reader that leaves (`| head -1`), or a full disk, from ending the program before it has cleaned up: what can
 * no longer be printed is dropped.
 */
export function guardOutput(process: NodeJS.Process): OutputGuard {
  const { stdout, stderr } = process
  let lost = false
  const onStdoutError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' || lost) return
    lost = true
    // It may come to light when everything else is done.
    process.exitCode = exitCodes.error
    stderr.write(`error: could not write output: ${error.message}\n`)
  }
  const onStderrError = (): void => {}
  stdout.on('error', onStdoutError)
  stderr.on('error', onStderrError)
  return {
    get lost() {
      return lost
    },
  }
}
