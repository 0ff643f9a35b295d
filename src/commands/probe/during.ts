import { exitCodes } from '../../cli/errors.ts'
import type { DuringReport } from '../../model/probe/results/during.ts'
import { invalidValue, UserError } from '../../model/common/user-error.ts'
import { Phases } from '../../probe/run/phases.ts'
import { sessionMoves } from '../../probe/count/users/moves.ts'
import { probe } from '../../probe/probe.ts'
import { type CommandEnd, runCommand, type RunningCommand } from './command.ts'
import { controlOf, exitCodeOf, follow, print, type ProbeMode } from './session.ts'
import { longestRunMs } from './watch.ts'

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
    const phases = new Phases(actions, (options.users ?? 0) + 1)
    interrupt.first.addEventListener('abort', () => running?.kill('SIGINT'))
    interrupt.second.addEventListener('abort', () => running?.kill('SIGKILL'))
    try {
      const asked = { ...options, durationMs: longestRunMs, until: 'until the command has ended' }
      const steps = probe(cluster, asked, { ...controlOf(session), finished: finished.signal })
      const { verdict } = await follow(steps, progress, {
        tell: (step) => phases.take(step),
        report: async (result) => {
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
