import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Site } from './site.ts'

/** The folder with the executable under test. */
export const dist: string =
  process.env['KUBECTL_AFFINITY_DIST'] ?? join(import.meta.dirname, '..', '..', '..', 'dist')

/** How a command ended, and what it printed. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** From its start to its end. */
  ms: number
}

/** A command that runs. */
export interface Running {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Resolves when it has printed something that matches; rejects when it ends first. */
  printed(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<void>
  kill(signal: NodeJS.Signals): void
  ended: Promise<Ended>
}

export interface CommandOptions {
  /** Context of the kubeconfig, for another user than the administrator. */
  context?: string
  env?: NodeJS.ProcessEnv
  /** Unless given /dev/null: nothing may depend on what a CI's standard input is. */
  input?: string
}

const home = mkdtempSync(join(tmpdir(), 'affinity-home-'))

/** The environment of a user of the site: kubectl and the plugin on PATH, a home of their own. */
export function userEnvironment(site: Site): NodeJS.ProcessEnv {
  if (!existsSync(join(dist, 'kubectl-affinity')))
    throw new Error(`there is no executable in ${dist}: npm run build`)
  return {
    PATH: [
      dist,
      site.kubectlFolder,
      '/usr/local/sbin',
      '/usr/local/bin',
      '/usr/sbin',
      '/usr/bin',
      '/bin',
    ].join(delimiter),
    HOME: home,
    KUBECONFIG: site.kubeconfig,
    KUBECTL_AFFINITY_IMAGE: site.images.node,
    LANG: 'C.UTF-8',
  }
}

/** Starts `kubectl affinity …` as a user does. */
export function start(site: Site, args: readonly string[], options: CommandOptions = {}): Running {
  const startedAt = performance.now()
  const words = [
    'affinity',
    ...args,
    ...(options.context === undefined ? [] : ['--context', options.context]),
  ]
  const child = spawn('kubectl', words, {
    env: { ...userEnvironment(site), ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(options.input)
  const texts = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({ code, signal, ...texts, ms: performance.now() - startedAt }),
    )
  })
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return texts.stdout
    },
    get stderr() {
      return texts.stderr
    },
    printed: (pattern, stream = 'stderr') => waitForText(child, ended, () => texts[stream], stream, pattern),
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** Runs `kubectl affinity …` to its end. */
export async function run(site: Site, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return await start(site, args, options).ended
}

/** Runs a line of shell as a user of the site does, whatever its exit code. */
export async function shell(site: Site, line: string): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)('bash', ['-c', `${line}; true`], { env: userEnvironment(site) })
}

async function waitForText(
  child: ChildProcess,
  ended: Promise<Ended>,
  text: () => string,
  stream: 'stdout' | 'stderr',
  pattern: RegExp,
): Promise<void> {
  if (pattern.test(text())) return
  await new Promise<void>((resolve, reject) => {
    child[stream]?.on('data', () => {
      if (pattern.test(text())) resolve()
    })
    ended.then(
      ({ stdout, stderr }) =>
        reject(new Error(`it ended before it printed ${pattern} to ${stream}:\n${stdout}\n${stderr}`)),
      reject,
    )
  })
}
