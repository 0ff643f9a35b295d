import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { arch, execPath, platform } from 'node:process'
import { beforeAll, describe, expect, test } from 'vitest'
import { archiveName, hostPlatform } from '../../scripts/package/platforms.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fakeKubectl, release, root, runIn, unpack, version, works } from './support/release.ts'

describe('an archive, unpacked into a folder of the PATH', () => {
  const host = hostPlatform({ platform, arch })
  const home = temporaryFolder()
  let env: NodeJS.ProcessEnv

  beforeAll(() => {
    if (host === undefined) throw new Error(`no release for ${platform}/${arch}`)
    const bin = unpack(join(release, archiveName(host, version)))
    env = { PATH: [bin, fakeKubectl(), '/usr/bin', '/bin'].join(delimiter) }
  })

  test('runs as kubectl affinity', async () => {
    await works(home, env, ['kubectl', 'affinity'])
  })

  test('completes words', async () => {
    const { stdout } = await runIn(home, ['kubectl', '__complete', 'affinity', 'pro'], env)
    expect(stdout).toMatch(/^probe\tSend requests .*\n:36\n$/)
  })

  test('reads no .env and no bunfig.toml where it is started', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, '.env'), 'KUBECTL_AFFINITY_IMAGE=from-dotenv\n')
    writeFileSync(join(folder, 'bunfig.toml'), 'preload = ["./nowhere.ts"]\n')
    const { code, stdout } = await runIn(folder, ['kubectl', 'affinity', 'probe', '--help'], env)
    expect(code).toBe(0)
    expect(stdout).not.toContain('from-dotenv')
  })
})

describe('the npm package', () => {
  const folder = temporaryFolder()
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
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'THIRD_PARTY_NOTICES', 'package.json']),
    )
    for (const name of files) {
      expect(name).toMatch(/\.js$|^(LICENSE|README\.md|THIRD_PARTY_NOTICES|package\.json)$/)
      expect(readFileSync(join(installed, 'kubectl-affinity', name), 'utf8').includes(root)).toBe(false)
    }
    expect(statSync(tarball).size).toBeLessThan(1_200_000)
  })

  test('runs on Node', async () => {
    const env = { PATH: [join(execPath, '..'), '/usr/bin', '/bin'].join(delimiter) }
    await works(folder, env, [execPath, join(installed, '.bin', 'kubectl-affinity')])
    await works(folder, env, [join(installed, '.bin', 'kubectl-affinity')])
  })

  test('runs on Bun', async () => {
    const env = { PATH: '/usr/bin:/bin' }
    const bun = join(root, 'node_modules', '.bin', 'bun')
    await works(folder, env, [bun, join(installed, 'kubectl-affinity', 'kubectl-affinity.js')])
  })

  test('needs a word more where only Bun is installed', async () => {
    const onlyBun = temporaryFolder()
    symlinkSync(join(root, 'node_modules', 'bun', 'bin', 'bun.exe'), join(onlyBun, 'bun'))
    const env = { PATH: onlyBun }
    expect(await runIn(folder, [join(installed, '.bin', 'kubectl-affinity'), '--help'], env)).toMatchObject({
      code: 127,
      stdout: '',
      stderr: expect.stringMatching(/^\S*env: .*node.*: No such file or directory\n$/),
    })
    await works(folder, env, [join(onlyBun, 'bun'), 'x', '--bun', '--no-install', 'kubectl-affinity'])
  })

  test('completes words', async () => {
    const env = {
      PATH: [join(installed, '.bin'), join(execPath, '..'), fakeKubectl(), '/usr/bin', '/bin'].join(
        delimiter,
      ),
    }
    const words = ['kubectl', '__complete', 'affinity', 'probe', '--expect=']
    expect((await runIn(folder, words, env)).stdout).toBe('sticky\nspread\n:4\n')
  })
})
