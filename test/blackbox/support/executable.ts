import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { temporaryFolder } from '../../support/folder.ts'
import { type Ended, runProgram, type Running, startProgram } from '../../support/program.ts'

const root = join(import.meta.dirname, '..', '..', '..')
/** The folder with the executable under test. */
export const dist: string = process.env['KUBECTL_AFFINITY_DIST'] ?? join(root, 'dist')

/** The two forms in which users get the program: one executable, or a bundle for Node. */
export const forms: Readonly<Record<'executable' | 'npm bundle', readonly string[]>> = {
  executable: [join(dist, 'kubectl-affinity')],
  'npm bundle': [join(root, 'node_modules/node/bin/node'), join(dist, 'npm', 'kubectl-affinity.js')],
}

export interface Surroundings {
  form?: keyof typeof forms
  /** Replaces the whole environment but PATH. */
  env?: NodeJS.ProcessEnv
  cwd?: string
}

const emptyHome = temporaryFolder()

/** Runs the program as a user without any configuration of their own, standard input empty. */
export async function affinity(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { form = 'executable', env = { HOME: emptyHome, LANG: 'C.UTF-8' }, cwd = emptyHome } = surroundings
  const [program = ''] = forms[form]
  if (!existsSync(program)) throw new Error(`there is no ${program}: npm run build`)
  return await runProgram([...forms[form], ...args], { cwd, env: { PATH: process.env['PATH'], ...env } })
}

const started = new Set<Running>()
afterAll(() => {
  for (const running of started) running.kill('SIGKILL')
})

/**
 * Starts the executable, which ends with the tests of the file at the latest: one that fails half-way ends nothing, and vitest waits
 * for what it leaves.
 *
 * @param env what is added to the environment
 */
export function startAffinity(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const running = startProgram([...forms.executable, ...args], { env: { ...process.env, ...env } })
  started.add(running)
  return running
}
