import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { arch, execPath, platform } from 'node:process'
import { beforeAll, describe, expect, test } from 'vitest'
import { archiveName, hostPlatform } from '../../scripts/package/platforms.ts'
import { emptyFolder, release, root, runIn, unpack, version } from './support/release.ts'

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
function works(folder: string, env: NodeJS.ProcessEnv, first: readonly string[]): void {
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

describe('an archive, installed as krew does it', () => {
  const host = hostPlatform({ platform, arch })
  const home = emptyFolder()
  const bin = join(home, '.krew', 'bin')
  let env: NodeJS.ProcessEnv

  beforeAll(() => {
    if (host === undefined) throw new Error(`no release for ${platform}/${arch}`)
    const store = join(home, '.krew', 'store', 'affinity', `v${version}`)
    mkdirSync(join(store, '..'), { recursive: true })
    mkdirSync(bin, { recursive: true })
    // Krew unpacks into the store and links `bin` alone, by the name of the plugin.
    execFileSync('cp', ['-r', unpack(join(release, archiveName(host, version))), store])
    symlinkSync(join(store, 'kubectl-affinity'), join(bin, 'kubectl-affinity'))
    env = { PATH: [bin, kubectlFolder(), '/usr/bin', '/bin'].join(delimiter) }
  })

  test('runs as kubectl affinity', () => {
    works(home, env, ['kubectl', 'affinity'])
  })

  test('completes words after the file was saved as completion --help says', () => {
    const saved = runIn(home, ['kubectl', 'affinity', 'completion'], env).stdout
    writeFileSync(join(bin, 'kubectl_complete-affinity'), saved, { mode: 0o755 })
    const { stdout } = runIn(home, ['kubectl', '__complete', 'affinity', 'pro'], env)
    expect(stdout).toMatch(/^probe\tSend requests .*\n:36\n$/)
  })

  test('reads no .env and no bunfig.toml where it is started', () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.env'), 'KUBECTL_AFFINITY_IMAGE=from-dotenv\n')
    writeFileSync(join(folder, 'bunfig.toml'), 'preload = ["./nowhere.ts"]\n')
    const { code, stdout } = runIn(folder, ['kubectl', 'affinity', 'probe', '--help'], env)
    expect(code).toBe(0)
    expect(stdout).not.toContain('from-dotenv')
  })
})

describe('the npm package', () => {
  const folder = emptyFolder()
  const tarball = join(release, `kubectl-affinity-${version}.tgz`)
  const installed = join(folder, 'node_modules')

  beforeAll(() => {
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    // Offline: whatever it would fetch is missing in the bundle.
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], {
      cwd: folder,
      stdio: 'ignore',
    })
  })

  test('brings nothing but itself', () => {
    expect(readdirSync(installed).filter((name) => !name.startsWith('.'))).toStrictEqual(['kubectl-affinity'])
    const files = readdirSync(join(installed, 'kubectl-affinity'))
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    for (const name of files) {
      expect(name).toMatch(/\.js$|^(LICENSE|README\.md|package\.json)$/)
      expect(readFileSync(join(installed, 'kubectl-affinity', name), 'utf8').includes(root)).toBe(false)
    }
    expect(statSync(tarball).size).toBeLessThan(1_000_000)
  })

  test('runs on Node', () => {
    const env = { PATH: [join(execPath, '..'), '/usr/bin', '/bin'].join(delimiter) }
    works(folder, env, [execPath, join(installed, '.bin', 'kubectl-affinity')])
    works(folder, env, [join(installed, '.bin', 'kubectl-affinity')])
  })

  test('runs on Bun', () => {
    const env = { PATH: '/usr/bin:/bin' }
    const bun = join(root, 'node_modules', '.bin', 'bun')
    works(folder, env, [bun, join(installed, 'kubectl-affinity', 'kubectl-affinity.js')])
  })

  test('completes words', () => {
    const env = {
      PATH: [join(installed, '.bin'), join(execPath, '..'), kubectlFolder(), '/usr/bin', '/bin'].join(
        delimiter,
      ),
    }
    expect(runIn(folder, ['kubectl', '__complete', 'affinity', 'probe', '--expect='], env).stdout).toBe(
      'sticky\nspread\n:4\n',
    )
  })
})

/** A kubectl that starts plugins and completes as the real one does; the lab has the real one. */
function kubectlFolder(): string {
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
