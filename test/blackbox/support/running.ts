import { spawn } from 'node:child_process'
import { forms } from './executable.ts'

/** The executable while it runs. */
export interface Running {
  readonly pid: number
  readonly stdout: string
  /** Since its start. */
  ms(): number
  /** Resolves when it has printed something that matches; rejects when it ends first. */
  printed(pattern: RegExp, stream: 'stdout' | 'stderr'): Promise<void>
  kill(signal: NodeJS.Signals): void
  ended: Promise<number | null>
}

/** @param env what is added to the environment */
export function startAffinity(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const startedAt = performance.now()
  const child = spawn(forms.executable[0]!, [...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return texts.stdout
    },
    ms: () => performance.now() - startedAt,
    printed: (pattern, stream) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (pattern.test(texts[stream])) resolve()
        }
        child[stream].on('data', check)
        check()
        void ended.finally(() =>
          reject(new Error(`it ended before it printed ${String(pattern)}: ${texts.stderr}`)),
        )
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  }
}
