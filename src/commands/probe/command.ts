import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a command ended. */
export interface CommandEnd {
  exitCode?: number
  signal?: string
  /** Why it could not be run at all. */
  problem?: string
}

export interface RunningCommand {
  ended: Promise<CommandEnd>
  /** Signals it and all that it has started. */
  kill: (signal: NodeJS.Signals) => void
  /** Ends what is left of it, also what it left in the background: asks, and after `graceMs` makes it. */
  finish: (graceMs: number) => Promise<void>
}

/** How often it is looked whether all have ended, in milliseconds. */
const lookEveryMs = 20

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
  // The group outlives its first process when that left something in the background, which shells make deaf to SIGINT.
  const send = (signal: NodeJS.Signals | 0): boolean => {
    if (child.pid === undefined || (!detached && child.exitCode !== null)) return false
    try {
      return process.kill(detached ? -child.pid : child.pid, signal)
    } catch {
      return false
    }
  }
  const finish = async (graceMs: number): Promise<void> => {
    const until = performance.now() + graceMs
    let isLeft = send('SIGTERM')
    while (isLeft && performance.now() < until) {
      await sleep(lookEveryMs)
      isLeft = send(0)
    }
    if (isLeft) send('SIGKILL')
    await ended
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return { ended, kill: (signal) => void send(signal), finish }
}
