import { exitCodes } from '../../cli/errors.ts'
import type { DuringReport } from '../../model/probe/results/during.ts'
import { invalidValue, UserError } from '../../model/common/user-error.ts'
import { Phases } from '../../probe/run/phases.ts'
import { sessionMoves } from '../../probe/count/users/moves.ts'
import { probe } from '../../probe/probe.ts'
import { controlOf, exitCodeOf, follow, print, type ProbeMode } from './session.ts'
import { longestRunMs } from './watch.ts'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** Between asking a command to end and making it, in milliseconds. */
const graceMs = 2000

/**
 * Runs a command in the middle of a probe, and reports what was before, during and after it. The exit code is that of
 * the verdict, or 1 when only the command failed.
 */
export function probeDuring(command: string): ProbeMode {
  if (command.trim() === '') throw invalidValue('during', command, 'must be a command')
  return async (session) => {
    const { cluster, options, format, progress, interrupt } = session
    const finished = new AbortController()
    let running: RunningCommand | undefined
    let end: CommandEnd = {}
    const run = async (): Promise<void> => {
      progress.note(`running: ${command}`)
      running = runCommand(command, (text) => progress.note(`  ${text}`))
      end = await running.ended
      phases.commandEnded()
      progress.note(`${endWords(end)}; going on until the endpoints are still`)
    }
    const actions = { start: () => void run(), finish: () => finished.abort() }
    const phases = new Phases(actions)
    interrupt.first.addEventListener('abort', () => running?.kill('SIGINT'))
    interrupt.second.addEventListener('abort', () => running?.kill('SIGKILL'))
    try {
      const asked = { ...options, durationMs: longestRunMs, until: 'until the command has ended' }
      const steps = probe(cluster, asked, { ...controlOf(session), finished: finished.signal })
      const { verdict } = await follow(steps, progress, {
        tell: (step) => phases.take(step),
        report: async (result) => {
          // What was interrupted ends in a moment, and the report is to say how.
          if (interrupt.first.aborted) await running?.finish(graceMs)
          const { problem: _, ...ended } = end
          const divided = phases.report(result.backends)
          const sessions = sessionMoves(result, divided.startedMs)
          const during: DuringReport = { command, ...ended, ...divided, ...sessions }
          await print({ ...result, during }, { format, progress })
        },
      })
      if (end.problem !== undefined) throw new UserError(`cannot run the command of --during: ${end.problem}`)
      const exitCode = exitCodeOf(verdict.result)
      return exitCode === 0 && end.exitCode !== 0 ? exitCodes.error : exitCode
    } finally {
      // No command outlives its probe.
      await running?.finish(graceMs)
    }
  }
}

function endWords({ exitCode, signal, problem }: CommandEnd): string {
  if (problem !== undefined) return `the command cannot be run: ${problem}`
  return exitCode === undefined ? `the command was ended by ${signal}` : `the command exited with ${exitCode}`
}

/** How a command ended. */
interface CommandEnd {
  exitCode?: number
  signal?: string
  /** Why it could not be run at all. */
  problem?: string
}

interface RunningCommand {
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
function runCommand(line: string, onLine: (text: string) => void): RunningCommand {
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
