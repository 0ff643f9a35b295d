import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../model/common/user-error.ts'
import { layoutCommand } from '../report/text/command.ts'
import { flow, type Line, paintLines, span } from '../report/text/line.ts'
import type { Page } from '../report/terminal.ts'
import type { Annotate, Command, StoryStep } from './stories/step.ts'

/** How something is said. */
export interface Narration extends Page {
  print: (text: string) => void
}

export interface DemoOptions extends Narration {
  story: readonly StoryStep[]
  /** What starts this program. */
  program: readonly [string, ...string[]]
  /** Words that every command gets, to find the cluster and the namespace. */
  common: readonly string[]
  env: NodeJS.ProcessEnv
  /** Writes annotations, as `kubectl annotate` would; for a story that has such a step. */
  annotate?: (step: Annotate) => Promise<void>
  interrupted: AbortSignal
}

/** Says something in as many lines as it takes. */
export function say(text: string, { print, ...page }: Narration): void {
  print(paintLines(flow([text], { ...page, indent: 0 }), page).join('\n'))
}

/** Says what can be typed next, each with what it is for. */
export function suggest(
  commands: Readonly<Record<string, string>>,
  { print, style, width }: Narration,
): void {
  const indent = Math.max(...Object.keys(commands).map((word) => word.length)) + 2
  const lines = Object.entries(commands).flatMap(([what, command]) =>
    layoutCommand(command, { width, label: span(what.padEnd(indent)), indent }),
  )
  print(paintLines(lines, { width, style }).join('\n'))
}

/** A moment to read, in milliseconds. */
const pauseMs = 500

/**
 * Tells a story: each step is shown as a user would type it and run for real. Ends early when interrupted.
 *
 * @throws UserError with the exit code of a step that ends with another one than it should; the next ones build on it.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { story, interrupted, print, style, width } = options
  const show = (lines: Line[]): void => print(paintLines(lines, { width, style }).join('\n'))
  for (const [index, step] of story.entries()) {
    if (interrupted.aborted) return
    if (index > 0) print('')
    const label = `# ${index + 1}/${story.length}  `
    show(flow([step.says], { width, label: span(label), indent: label.length, separator: span('') }))
    if ('words' in step) await runCommand(step, index, options, show)
    else await annotate(step, options, show)
    // Interrupted: the loop sees it.
    await sleep(pauseMs, undefined, { signal: interrupted }).catch(() => {})
  }
}

type Show = (lines: Line[]) => void

async function runCommand(step: Command, index: number, options: DemoOptions, show: Show): Promise<void> {
  const { exitCode, how } = await runStep(step, options, show)
  if (exitCode !== (step.exitCode ?? 0) && !options.interrupted.aborted)
    throw new UserError(`step ${index + 1} of ${options.story.length} ${how}`, {
      exitCode: exitCode === 0 ? 1 : exitCode,
    })
}

async function annotate(
  step: Annotate,
  { annotate: write, print, width }: DemoOptions,
  show: Show,
): Promise<void> {
  const words = Object.entries(step.annotations).map(([key, value]) =>
    value === null ? `${key}-` : `${key}=${value}`,
  )
  const command = `kubectl annotate ingress ${step.ingress} --overwrite ${words.join(' ')}`
  show(typed(command, width))
  await write?.(step)
  print(`ingress.networking.k8s.io/${step.ingress} annotated`)
}

const typed = (command: string, width: number): Line[] =>
  layoutCommand(command, { width, label: span('$ '), indent: 4 })

/** How a step ended, and in words. */
interface Ended {
  exitCode: number
  how: string
}

async function runStep({ words }: Command, options: DemoOptions, show: Show): Promise<Ended> {
  const { program, common, env, interrupted, width } = options
  const [file, ...first] = program
  const all = [...words, ...common]
  show(typed(`kubectl affinity ${all.join(' ')}`, width))
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
