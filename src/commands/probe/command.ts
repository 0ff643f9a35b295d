import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** How a command ended. */
export interface CommandEnd {
  exitCode?: number
  signal?: string
  /** Why it could not be run at all. */
  problem?: string
}

export interface RunningCommand {
  ended: Promise<CommandEnd>
  /** Ends it with all that it has started. */
  kill: (signal: NodeJS.Signals) => void
}

/**
 * Runs a line of the user's shell. What it prints is handed on line by line; it has no input.
 * It gets a process group of its own, so that ending it ends what it has started, too; Windows has none.
 */
export function runCommand(line: string, onLine: (text: string) => void): RunningCommand {
  const detached = process.platform !== 'win32'
  const child = spawn(line, { shell: true, detached, stdio: ['ignore', 'pipe', 'pipe'] })
  const follow = (stream: Readable): void => void createInterface({ input: stream }).on('line', onLine)
  follow(child.stdout)
  follow(child.stderr)
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('error', (error) => resolve({ problem: error.message }))
    // And not `close`: something that it left in the background may hold its output for ever.
    child.once('exit', (code, signal) =>
      resolve({ ...(code === null ? {} : { exitCode: code }), ...(signal === null ? {} : { signal }) }),
    )
  })
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(detached ? -child.pid : child.pid, signal)
    } catch {
      // It has just ended.
    }
  }
  return { ended, kill }
}
