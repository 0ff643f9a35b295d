import { execFileSync } from 'node:child_process'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { platforms } from '../../scripts/package/platforms.ts'
import { temporaryFolder } from '../support/folder.ts'
import type { Ended } from '../support/program.ts'
import { fakeKubectl, release, runIn, version, works } from './support/release.ts'
import { goPrograms } from './support/tools.ts'

/** The newest that the module proxy has; krew's index checks with 0.4.5. */
const krewVersion = 'v0.4.4'

const home = temporaryFolder()
const krewRoot = join(home, '.krew')
const index = join(home, 'index')
const path = join(index, 'plugins', 'affinity.yaml')
let tools = ''
let server: Server
let address = ''
let env: NodeJS.ProcessEnv

/** The manifest of the release, whose archives are on this machine. */
function manifest(as = version): string {
  return readFileSync(join(release, 'affinity.yaml'), 'utf8')
    .replaceAll(/https:\/\/github\.com\/.*\//g, (uri) => (uri.includes('/releases/') ? `${address}/` : uri))
    .replace(/^( {2}version:) .*$/m, `$1 v${as}`)
}

function git(...words: string[]): void {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@localhost']
  execFileSync('git', [...author, '-C', index, ...words], {
    stdio: 'ignore',
    env: { ...env, PATH: process.env['PATH'] },
  })
}

/** Puts a manifest into an index, as krew's own is one. */
function publish(as: string): void {
  writeFileSync(path, manifest(as))
  git('add', '.')
  git('commit', '-m', as)
}

const krew = async (...words: string[]): Promise<Ended> =>
  await runIn(home, ['kubectl', 'krew', ...words], env)

beforeAll(async () => {
  tools = goPrograms('sigs.k8s.io/krew', krewVersion, ['cmd/krew', 'cmd/validate-krew-manifest'])
  server = createServer((request, response) => {
    const file = join(release, basename(request.url ?? ''))
    response.writeHead(200, { 'content-length': statSync(file).size })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  env = {
    PATH: [join(krewRoot, 'bin'), join(home, 'bin'), fakeKubectl(), '/usr/bin', '/bin'].join(delimiter),
    KREW_ROOT: krewRoot,
    KREW_NO_UPGRADE_CHECK: '1',
  }
  mkdirSync(join(index, 'plugins'), { recursive: true })
  git('init', '--initial-branch=master')
  publish(version)
  mkdirSync(join(home, 'bin'))
  symlinkSync(join(tools, 'krew'), join(home, 'bin', 'kubectl-krew'))
  const added = await krew('index', 'add', 'default', `file://${index}`)
  if (added.code !== 0) throw new Error(added.stderr)
}, 600_000)

afterAll(() => server.close())

test('the checker of krew’s index takes the manifest, and installs each archive that it names', async () => {
  const checked = await runIn(home, [join(tools, 'validate-krew-manifest'), '-manifest', path], env)
  expect(checked.code, checked.stderr).toBe(0)
  for (const index of platforms.keys())
    expect(checked.stderr).toContain(`installing spec.platform[${index}]\n`)
})

describe('krew itself', () => {
  const installed = (): string => join(krewRoot, 'bin', 'kubectl-affinity')

  test('installs from a manifest and an archive that were downloaded', async () => {
    const archive = join(release, `kubectl-affinity_v${version}_linux_amd64.tar.gz`)
    const ended = await krew('install', `--manifest=${path}`, `--archive=${archive}`)
    expect(ended.code, ended.stderr).toBe(0)
    expect(existsSync(installed())).toBe(true)
    expect((await krew('uninstall', 'affinity')).code).toBe(0)
    expect(existsSync(installed())).toBe(false)
  })

  test('installs from an index, and shows how words are completed', async () => {
    const ended = await krew('install', 'affinity')
    expect(ended.code, ended.stderr).toBe(0)
    await works(home, env, ['kubectl', 'affinity'])
    // What a user copies from the caveats.
    const lines = ended.stderr.split('\n').map((line) => line.replace(/^[ |\\/]+/, ''))
    const commands = lines.filter((line) => line.includes('${KREW_ROOT'))
    expect(commands, ended.stderr).toHaveLength(2)
    for (const command of commands) expect((await runIn(home, ['sh', '-c', command], env)).code).toBe(0)
    expect((await runIn(home, ['kubectl', '__complete', 'affinity', 'pro'], env)).stdout).toMatch(
      /^probe\tSend requests .*\n:36\n$/,
    )
  })

  test('upgrades it, and the completion stays', async () => {
    publish('99.0.0')
    const ended = await krew('upgrade', 'affinity')
    expect(ended.code, ended.stderr).toBe(0)
    expect((await krew('list')).stdout).toMatch(/affinity\b/)
    expect(readFileSync(join(krewRoot, 'receipts', 'affinity.yaml'), 'utf8')).toContain('version: v99.0.0')
    await works(home, env, ['kubectl', 'affinity'])
    expect((await runIn(home, ['kubectl', '__complete', 'affinity', 'pro'], env)).code).toBe(0)
  })

  test('removes it', async () => {
    expect((await krew('uninstall', 'affinity')).code).toBe(0)
    expect(existsSync(installed())).toBe(false)
    expect(existsSync(join(krewRoot, 'store', 'affinity'))).toBe(false)
  })
})
