import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

/** How a program ended, and what it printed. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** From its start to its end. */
  ms: number
}

/** A program that runs. */
export interface Running {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Since its start. */
  ms(): number
  /** Resolves when it has printed something that matches; rejects when it ends first. */
  printed(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Resolves when no signal waits for it: a second one of a kind that waits is lost. */
  signalled(): Promise<void>
  ended: Promise<Ended>
}

export interface ProgramOptions {
  cwd?: string
  /** The whole environment; that of the tests unless given. */
  env?: NodeJS.ProcessEnv
  /** Unless given /dev/null: nothing may depend on what a CI's standard input is. */
  input?: string
  /** How long it may run before it is killed; unless given, as long as the test. */
  patienceMs?: number
}

/** Starts a program, with what it prints at hand while it runs. */
export function startProgram(argv: readonly string[], options: ProgramOptions = {}): Running {
  const { cwd, env, input, patienceMs } = options
  const [program = '', ...args] = argv
  const startedAt = performance.now()
  const ms = (): number => performance.now() - startedAt
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  })
  child.stdin?.end(input)
  const texts = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...texts, ms: ms() }))
  })
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return texts.stdout
    },
    get stderr() {
      return texts.stderr
    },
    ms,
    printed: (pattern, stream = 'stderr') =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(texts[stream])) return
          listeners.delete(check)
          resolve()
        }
        listeners.add(check)
        check()
        ended.then(
          ({ stdout, stderr }) =>
            reject(new Error(`it ended before it printed ${pattern} to ${stream}:\n${stdout}\n${stderr}`)),
          reject,
        )
      }),
    kill: (signal) => void child.kill(signal),
    signalled: async () => {
      while (/^ShdPnd:\s*0*[1-9a-f]/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8'))) await turn()
    },
    ended,
  }
}

/** Runs a program to its end. */
export async function runProgram(argv: readonly string[], options?: ProgramOptions): Promise<Ended> {
  return await startProgram(argv, options).ended
}
