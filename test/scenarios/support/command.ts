import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../support/folder.ts'
import { type Ended, type Running, startProgram } from '../../support/program.ts'
import type { Site } from './site.ts'

export type { Ended, Running } from '../../support/program.ts'

/** The folder with the executable under test. */
export const dist: string =
  process.env['KUBECTL_AFFINITY_DIST'] ?? join(import.meta.dirname, '..', '..', '..', 'dist')

export interface CommandOptions {
  /** Context of the kubeconfig, for another user than the administrator. */
  context?: string
  env?: NodeJS.ProcessEnv
  /** Unless given /dev/null: nothing may depend on what a CI's standard input is. */
  input?: string
}

const home = temporaryFolder()

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

/**
 * Starts the program with words and surroundings of a user. kubectl would become it after 60 ms of a processor, which thousands of
 * commands need not spend: those in lines of shell do.
 */
export function start(site: Site, args: readonly string[], options: CommandOptions = {}): Running {
  const { context, env, input } = options
  const words = [
    join(dist, 'kubectl-affinity'),
    ...args,
    ...(context === undefined ? [] : ['--context', context]),
  ]
  const running = startProgram(words, {
    env: { ...userEnvironment(site), ...env },
    ...(input === undefined ? {} : { input }),
  })
  commands.add(running)
  const forget = (): void => void commands.delete(running)
  running.ended.then(forget, forget)
  return running
}

const commands = new Set<Running>()

/** Ends commands that a test left: one that took too long would go on beside the next try, and its pods with it. */
export async function endCommands(): Promise<void> {
  for (const running of commands) running.kill('SIGTERM')
  await Promise.allSettled([...commands].map(({ ended }) => ended))
}

/** The same, to its end. */
export async function run(site: Site, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return await start(site, args, options).ended
}

/** Runs a line of shell as a user of the site does, whatever its exit code. */
export async function shell(site: Site, line: string): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)('bash', ['-c', `${line}; true`], { env: userEnvironment(site) })
}
