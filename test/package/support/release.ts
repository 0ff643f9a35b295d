import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }

export const root: string = join(import.meta.dirname, '..', '..', '..')
/** What `npm run package` made. */
export const release: string = join(root, 'dist', 'release')
export const { version } = packageJson

/** A folder that nobody else has; the machine's temporary files are cleaned up by the machine. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'affinity-package-'))
}

/** Unpacks an archive into an empty folder, with the programs that krew's own code stands for. */
export function unpack(archive: string): string {
  const folder = emptyFolder()
  const [program, args]: [string, string[]] = archive.endsWith('.zip')
    ? ['unzip', ['-q', archive, '-d', folder]]
    : ['tar', ['-xzf', archive, '-C', folder]]
  execFileSync(program, args)
  return folder
}

export interface Answer {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program as somebody who has nothing but what is given. */
export function runIn(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv): Answer {
  const [program = '', ...args] = argv
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env: { HOME: folder, LANG: 'C.UTF-8', ...env },
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  return { code: status, stdout, stderr }
}

export function fileIn(...parts: string[]): Buffer {
  return readFileSync(join(release, ...parts))
}

/** The same, while this process serves it. */
export async function runAsync(
  folder: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Answer> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, {
    cwd: folder,
    env: { HOME: folder, LANG: 'C.UTF-8', ...env },
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
    child.once('close', (code) => resolve({ code, ...texts }))
  })
}

const service = [
  'apiVersion: v1',
  'kind: Service',
  'metadata:',
  '  name: web',
  'spec:',
  '  clusterIP: None',
  '  sessionAffinity: ClientIP',
  '  selector:',
  '    app: web',
  '  ports:',
  '    - port: 80',
  '',
].join('\n')

/** What must work wherever it was installed, with nothing else there. */
export function works(folder: string, env: NodeJS.ProcessEnv, first: readonly string[]): void {
  const run = (...args: string[]): ReturnType<typeof runIn> => runIn(folder, [...first, ...args], env)
  expect(run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('probe'), stderr: '' })
  expect(run('version', '--client')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`Client Version: v${version}\n`),
    stderr: '',
  })
  writeFileSync(join(folder, 'service.yaml'), service)
  expect(run('explain', '-f', 'service.yaml')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('AFF-SVC-HEADLESS'),
  })
  expect(run('completion').stdout).toBe(readFileSync(join(root, 'dist', 'kubectl_complete-affinity'), 'utf8'))
}

/** A kubectl that starts plugins and completes as the real one does; the lab has the real one. */
export function fakeKubectl(): string {
  const folder = emptyFolder()
  const script = [
    '#!/bin/sh',
    'if [ "$1" = __complete ]; then shift; plugin=$1; shift; exec "kubectl_complete-$plugin" "$@"; fi',
    'plugin=$1; shift; exec "kubectl-$plugin" "$@"',
    '',
  ].join('\n')
  writeFileSync(join(folder, 'kubectl'), script, { mode: 0o755 })
  return folder
}
