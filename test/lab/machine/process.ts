import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunOptions {
  /** Written to the program's standard input; without it standard input is empty. */
  input?: string
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Standard error goes to ours instead of into the result. */
  showErrors?: boolean
}

export interface RunResult {
  code: number
  stdout: string
  stderr: string
}

/** A program ended with another exit code than 0. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
}

const ignore = (): void => undefined

/** Runs a program to its end, whatever its exit code. */
export async function tryRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', options.showErrors ? 'inherit' : 'pipe'],
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  // A program that ends without reading its input is no error of ours.
  child.stdin?.on('error', ignore)
  child.stdin?.end(options.input ?? '')
  const [stdout, stderr, code] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    ended,
  ])
  return { code, stdout, stderr }
}

/** Runs a program and returns its standard output; throws when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await tryRun(program, args, options)
  if (code !== 0)
    throw new ProgramError(`${program} ${args.join(' ')}: exit code ${code}\n${stderr || stdout}`.trimEnd())
  return stdout
}

/** Runs a program on our own terminal and returns its exit code. Ctrl-C is for the program to answer. */
export async function passThrough(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  process.on('SIGINT', ignore)
  try {
    const child = spawn(program, args, { stdio: 'inherit', env })
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 1))
    })
  } finally {
    process.off('SIGINT', ignore)
  }
}

export interface DaemonOptions {
  command: readonly [string, ...string[]]
  /** Both output streams are appended to this file. */
  log: string
  /** The cgroup.procs file of the group that the program starts in, and with it all that it starts. */
  cgroup: string
}

/** A program that was started and outlives us. */
export interface Daemon {
  alive: () => boolean
  log: string
}

/**
 * All of them are written in Go, and keep little: collecting their garbage a quarter as often saves containerd almost half of
 * what a pod costs it. One that keeps much, as the API server does, goes back to Go's own pace at the limit.
 */
const collectSeldom = { GOGC: '400', GOMEMLIMIT: '2GiB' }

/**
 * Starts a program that outlives us, in a session of its own and with no stream of ours. It joins its
 * cgroup before it runs, so none of its children can be missed later.
 */
export function startDaemon({ command, log, cgroup }: DaemonOptions): Daemon {
  const output = openSync(log, 'a')
  try {
    const child = spawn('/bin/sh', ['-c', 'echo $$ >"$0" && exec "$@"', cgroup, ...command], {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...collectSeldom },
    })
    child.on('error', ignore)
    child.unref()
    return {
      alive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
      log,
    }
  } finally {
    closeSync(output)
  }
}

/** Asks again and again until the answer is true; throws with `what` when the time is over. */
export async function waitFor(
  what: string,
  seconds: number,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`gave up after ${seconds} s waiting for ${what}`)
    await sleep(100)
  }
}

/** Waits for what a daemon must do. The error of one that ends instead, or never does it, shows its log. */
export async function waitForDaemon(
  daemon: Daemon,
  what: string,
  seconds: number,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  try {
    await waitFor(what, seconds, async () => {
      if (await condition()) return true
      if (!daemon.alive()) throw new Error(`a program has ended; waited for ${what}`)
      return false
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${message}\n${daemon.log}:\n${tail(daemon.log)}`, { cause: error })
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  } catch {
    return ''
  }
}
