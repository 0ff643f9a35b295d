import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testUnless } from '../support/needs.ts'
import { root } from './support/release.ts'
import { cachedFolder, goPrograms } from './support/tools.ts'

const folder = join(root, '.github', 'workflows')
const files = readdirSync(folder).map((name) => join(folder, name))

test('actionlint has nothing against the workflows', { timeout: 600_000 }, () => {
  const tools = goPrograms('github.com/rhysd/actionlint', 'v1.7.12', ['cmd/actionlint'])
  const { status, stdout } = spawnSync(join(tools, 'actionlint'), files, { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0
const noPip = hasPip ? undefined : 'no pip for python3'

// oxlint-disable-next-line require-await -- what it calls waits by itself
testUnless(noPip, 'zizmor has nothing against the workflows', { timeout: 600_000 }, async () => {
  const tools = cachedFolder('zizmor-1.32.0', (into) => {
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', into, 'zizmor==1.32.0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  })
  const { status, stdout } = spawnSync(
    join(tools, 'bin', 'zizmor'),
    ['--offline', '--no-progress', ...files],
    {
      encoding: 'utf8',
    },
  )
  expect(stdout).toContain('No findings to report')
  expect(status).toBe(0)
})
