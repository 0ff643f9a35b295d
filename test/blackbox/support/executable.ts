import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')
/** The folder with the executable under test. */
export const dist: string = process.env['KUBECTL_AFFINITY_DIST'] ?? join(root, 'dist')

/** The two forms in which users get the program: one executable, or a bundle for Node. */
export const forms: Readonly<Record<'executable' | 'npm bundle', readonly string[]>> = {
  executable: [join(dist, 'kubectl-affinity')],
  'npm bundle': [join(root, 'node_modules/node/bin/node'), join(dist, 'npm', 'kubectl-affinity.js')],
}

/** How the program ended. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
  ms: number
}

export interface Surroundings {
  form?: keyof typeof forms
  /** Replaces the whole environment but PATH. */
  env?: NodeJS.ProcessEnv
  cwd?: string
}

const emptyHome = mkdtempSync(join(tmpdir(), 'affinity-home-'))

/** Runs the program as a user without any configuration of their own, standard input empty. */
export async function affinity(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { form = 'executable', env = { HOME: emptyHome, LANG: 'C.UTF-8' }, cwd = emptyHome } = surroundings
  const [program, ...first] = forms[form]
  if (!existsSync(program!)) throw new Error(`there is no ${program}: npm run build`)
  const startedAt = performance.now()
  const child = spawn(program!, [...first, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text
    })
  }
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts, ms: performance.now() - startedAt }))
  })
}
