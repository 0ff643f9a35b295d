import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { temporaryFolder } from '../../support/folder.ts'
import { type Ended, runProgram } from '../../support/program.ts'

export const root: string = join(import.meta.dirname, '..', '..', '..')
/** What `npm run package` made. */
export const release: string = join(root, 'dist', 'release')
export const { version } = packageJson

/** Unpacks an archive into an empty folder, with the programs that krew's own code stands for. */
export function unpack(archive: string): string {
  const folder = temporaryFolder()
  const [program, args]: [string, string[]] = archive.endsWith('.zip')
    ? ['unzip', ['-q', archive, '-d', folder]]
    : ['tar', ['-xzf', archive, '-C', folder]]
  execFileSync(program, args)
  return folder
}

/** Runs a program as somebody who has nothing but what is given. */
export async function runIn(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return await runProgram(argv, { cwd: folder, env: { HOME: folder, LANG: 'C.UTF-8', ...env } })
}

export function fileIn(...parts: string[]): Buffer {
  return readFileSync(join(release, ...parts))
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

/** What must work on each platform. */
export async function starts(
  folder: string,
  env: NodeJS.ProcessEnv,
  first: readonly string[],
): Promise<void> {
  const run = (...args: string[]): Promise<Ended> => runIn(folder, [...first, ...args], env)
  expect(await run('version', '--client')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`Client Version: v${version}\n`),
    stderr: '',
  })
  writeFileSync(join(folder, 'service.yaml'), service)
  expect(await run('explain', '-f', 'service.yaml')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('AFF-SVC-HEADLESS'),
    stderr: '',
  })
}

/** What must work wherever it was installed, with nothing else there. */
export async function works(folder: string, env: NodeJS.ProcessEnv, first: readonly string[]): Promise<void> {
  await starts(folder, env, first)
  expect(await runIn(folder, [...first, '--help'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('probe'),
    stderr: '',
  })
  const script = readFileSync(join(root, 'dist', 'kubectl_complete-affinity'), 'utf8')
  expect((await runIn(folder, [...first, 'completion'], env)).stdout).toBe(script)
}

/** A kubectl that starts plugins and completes as the real one does; the lab has the real one. */
export function fakeKubectl(): string {
  const folder = temporaryFolder()
  const script = [
    '#!/bin/sh',
    'if [ "$1" = __complete ]; then shift; plugin=$1; shift; exec "kubectl_complete-$plugin" "$@"; fi',
    'plugin=$1; shift; exec "kubectl-$plugin" "$@"',
    '',
  ].join('\n')
  writeFileSync(join(folder, 'kubectl'), script, { mode: 0o755 })
  return folder
}
