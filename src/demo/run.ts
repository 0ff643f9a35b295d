import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Step, story as steps } from './story.ts'

export interface DemoOptions {
  /** Words that every command gets, to find the cluster and the namespace. */
  common: readonly string[]
  env: NodeJS.ProcessEnv
  print: (text: string) => void
  interrupted: AbortSignal
}

/** A moment to read, in milliseconds. */
const pauseMs = 500

/** Tells the story: each step is shown as a user would type it and run for real. Ends early when interrupted. */
export async function runDemo(options: DemoOptions): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (options.interrupted.aborted) return
    options.print(`${index === 0 ? '' : '\n'}# ${index + 1}/${steps.length}  ${step.says}`)
    await runStep(step, options)
    // Interrupted: the loop sees it.
    await sleep(pauseMs, undefined, { signal: options.interrupted }).catch(() => {})
  }
}

async function runStep({ words }: Step, { common, env, print, interrupted }: DemoOptions): Promise<void> {
  const all = [...words, ...common]
  print(`$ kubectl affinity ${all.join(' ')}`)
  const [program, ...itself] = ownCommand()
  const child = spawn(program, [...itself, ...all], { stdio: ['ignore', 'inherit', 'inherit'], env })
  const interrupt = (): void => void child.kill('SIGINT')
  interrupted.addEventListener('abort', interrupt)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  interrupted.removeEventListener('abort', interrupt)
}

/** How this program is started: the executable itself, or Node with the file that it runs. */
function ownCommand(): [string, ...string[]] {
  const file = process.argv[1] ?? ''
  const isCompiled = process.versions['bun'] !== undefined && /\$bunfs|~BUN/.test(file)
  return isCompiled || file === '' ? [process.execPath] : [process.execPath, file]
}
