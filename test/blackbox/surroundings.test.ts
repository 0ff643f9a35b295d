import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { affinity, forms } from './support/executable.ts'

const folder = temporaryFolder()
const shell = promisify(execFile)

const manifest = join(folder, 'service.yaml')
writeFileSync(
  manifest,
  'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }] }\n',
)

for (const form of ['executable', 'npm bundle'] as const) {
  describe(`the ${form} works`, () => {
    const version = expect.stringMatching(/^Client Version: v\d/)

    test('from any folder', async () => {
      for (const cwd of ['/', tmpdir(), '/proc'])
        expect(await affinity(['version', '--client'], { form, cwd })).toMatchObject({
          code: 0,
          stdout: version,
          stderr: '',
        })
    })

    test('without a home, and with one that cannot be written', async () => {
      const home = join(folder, `readonly ${form}`)
      mkdirSync(home)
      chmodSync(home, 0o555)
      for (const env of [{}, { HOME: home }, { HOME: '/no/such/home' }, { HOME: '' }])
        expect(await affinity(['version', '--client'], { form, env })).toMatchObject({
          code: 0,
          stdout: version,
          stderr: '',
        })
    })

    test('beside a package.json and an oclif configuration of somebody else', async () => {
      const cwd = join(folder, `project ${form}`)
      mkdirSync(cwd)
      writeFileSync(
        join(cwd, 'package.json'),
        '{"name":"other","oclif":{"commands":"./nowhere","bin":"other"}}',
      )
      writeFileSync(join(cwd, '.oclifrc.json'), '{"commands":"./nowhere"}')
      writeFileSync(join(cwd, 'bunfig.toml'), 'preload = ["./missing.ts"]')
      writeFileSync(join(cwd, '.env'), 'KUBECTL_AFFINITY_IMAGE=from-somebody-else\nNODE_ENV=test')
      const { code, stdout, stderr } = await affinity(['probe', '--nope'], { form, cwd })
      expect({ code, stdout }).toStrictEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^error: unknown flag: --nope\n/)
      expect(await affinity(['version', '--client'], { form, cwd })).toMatchObject({
        code: 0,
        stdout: version,
        stderr: '',
      })
    })

    test('in the same words', async () => {
      for (const words of [
        ['--help'],
        ['probe', '--help'],
        ['prob'],
        ['probe', 'a', 'b', '--port'],
        ['options'],
      ]) {
        const { code, stdout, stderr } = await affinity(words)
        expect(await affinity(words, { form })).toMatchObject({ code, stdout, stderr })
      }
    })

    test('with a reader that leaves', async () => {
      const program = forms[form].map((word) => `'${word}'`).join(' ')
      const { stdout, stderr } = await shell('bash', ['-c', `${program} probe --help | head -1; echo "$?"`])
      expect(stdout).toMatch(/^Send requests to a Service.*\n0\n$/)
      expect(stderr).toBe('')
      const lines = ['--help >&-', 'probe --help | true', 'prob 2>&-', 'prob 2>&1 | true', '--help >&- 2>&-']
      for (const line of lines)
        expect((await shell('bash', ['-c', `${program} ${line}; true`])).stderr).toBe('')
      // A closed output is no failure, as it is none to kubectl: the runtime puts /dev/null in its place.
      expect((await shell('bash', ['-c', `${program} --help >&-; echo "$?"`])).stdout).toBe('0\n')
    })

    test('with a disk that is full', async () => {
      const program = forms[form].map((word) => `'${word}'`).join(' ')
      for (const line of [
        'probe --help',
        'explain --list',
        'completion',
        `explain -f ${manifest}`,
        'explain AFF-SVC-HEADLESS',
      ]) {
        const { stdout, stderr } = await shell('bash', ['-c', `${program} ${line} >/dev/full; echo "$?"`])
        expect(stdout, line).toBe('1\n')
        expect(stderr, line).toMatch(/^error: could not write output: .*no space left on device.*\n$/)
      }
    })
  })
}

describe('the executable', () => {
  test('colours nothing that goes into a pipe, whatever the environment wishes', async () => {
    for (const env of [
      {},
      { NO_COLOR: '1' },
      { FORCE_COLOR: '3', TERM: 'xterm-256color' },
      { CLICOLOR_FORCE: '1' },
    ]) {
      const { stdout, stderr } = await affinity(['probe', '--help'], { env: { HOME: folder, ...env } })
      // oxlint-disable-next-line no-control-regex -- colours begin with it
      expect(stdout + stderr).not.toMatch(/\u001B/)
    }
  })

  test('obeys no options of the runtime that it is made of', async () => {
    const env = { HOME: folder, NODE_OPTIONS: '--require ./missing.js' }
    expect((await affinity(['version', '--client'], { env })).code).toBe(0)
  })
})
