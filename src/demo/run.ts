import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../model/user-error.ts'
import { type Step, story as steps } from './story.ts'

export interface DemoOptions {
  /** What starts this program. */
  program: readonly [string, ...string[]]
  /** Words that every command gets, to find the cluster and the namespace. */
  common: readonly string[]
  env: NodeJS.ProcessEnv
  print: (text: string) => void
  interrupted: AbortSignal
}

/** A moment to read, in milliseconds. */
const pauseMs = 500

/**
 * Tells the story: each step is shown as a user would type it and run for real. Ends early when interrupted.
 *
 * @throws UserError with the exit code of a step that ends with another one than it should; the next ones build on it.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (options.interrupted.aborted) return
    options.print(`${index === 0 ? '' : '\n'}# ${index + 1}/${steps.length}  ${step.says}`)
    const { exitCode, how } = await runStep(step, options)
    if (exitCode !== (step.exitCode ?? 0) && !options.interrupted.aborted)
      throw new UserError(`step ${index + 1} of ${steps.length} ${how}`, {
        exitCode: exitCode === 0 ? 1 : exitCode,
      })
    // Interrupted: the loop sees it.
    await sleep(pauseMs, undefined, { signal: options.interrupted }).catch(() => {})
  }
}

/** How a step ended, and in words. */
interface Ended {
  exitCode: number
  how: string
}

async function runStep({ words }: Step, options: DemoOptions): Promise<Ended> {
  const { program, common, env, print, interrupted } = options
  const [file, ...first] = program
  const all = [...words, ...common]
  print(`$ kubectl affinity ${all.join(' ')}`)
  return await new Promise<Ended>((resolve) => {
    const child = spawn(file, [...first, ...all], { stdio: ['ignore', 'inherit', 'inherit'], env })
    const interrupt = (): void => void child.kill('SIGINT')
    interrupted.addEventListener('abort', interrupt)
    child.once('error', ({ message }) => resolve({ exitCode: 1, how: `could not start: ${message}` }))
    child.once('close', (code, signal) => {
      interrupted.removeEventListener('abort', interrupt)
      resolve(endOf(code, signal))
    })
  })
}

function endOf(code: number | null, signal: NodeJS.Signals | null): Ended {
  if (signal !== null) return { exitCode: 128 + constants.signals[signal], how: `was ended by ${signal}` }
  return { exitCode: code ?? 1, how: `ended with exit code ${code}` }
}

/** How this program is started: the executable itself, or Node with the file that it runs. */
export function ownCommand(): [string, ...string[]] {
  const file = process.argv[1] ?? ''
  const isCompiled = process.versions['bun'] !== undefined && /\$bunfs|~BUN/.test(file)
  return isCompiled || file === '' ? [process.execPath] : [process.execPath, file]
}
