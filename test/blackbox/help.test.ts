import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/commands/index.ts'
import { affinity } from './support/executable.ts'

const golden = join(import.meta.dirname, '..', 'golden', 'help')

/** Of all commands, as they are typed. */
const names = commands.flatMap(({ name, subcommands = [] }) => [
  name,
  ...subcommands.map((sub) => `${name} ${sub.name}`),
])

describe('help', () => {
  test('of the program', async () => {
    const { code, stdout, stderr } = await affinity(['--help'])
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
    await expect(stdout).toMatchFileSnapshot(join(golden, 'root.txt'))
    for (const words of [[], ['-h'], ['help'], ['help', 'help'], ['-n', 'shop']])
      expect(await affinity(words)).toMatchObject({ code: 0, stdout, stderr: '' })
  })

  test('of the global options', async () => {
    const { code, stdout } = await affinity(['options'])
    expect(code).toBe(0)
    await expect(stdout).toMatchFileSnapshot(join(golden, 'options.txt'))
  })

  for (const name of names) {
    test(`of ${name}`, async () => {
      const line = name.split(' ')
      const { code, stdout, stderr } = await affinity([...line, '--help'])
      expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
      await expect(stdout).toMatchFileSnapshot(join(golden, `${name.replace(' ', '-')}.txt`))
      for (const words of [
        ['help', ...line],
        [...line, '-h'],
        [...line, '--help=true'],
        ['-n', 'shop', ...line, '--help'],
        [...line, '--no-such-flag', '--help'],
      ])
        expect((await affinity(words)).stdout).toBe(stdout)
    })
  }

  test('reads like kubectl’s: nothing but spaces and tabs at the start of lines, options with their defaults', async () => {
    for (const name of names) {
      const { stdout } = await affinity([...name.split(' '), '--help'])
      expect(stdout).toMatch(/^\S.*\.\n/)
      expect(stdout).toMatch(/\nUsage:\n {2}kubectl affinity \w+/)
      for (const option of stdout.match(/^ {4}-.*$/gm) ?? [])
        expect(option).toMatch(/^ {4}(-\w, )?--[\w-]+=.*:$/)
      for (const example of stdout.match(/^ {2}kubectl.*$/gm) ?? [])
        expect(example).toMatch(/^ {2}kubectl affinity /)
      expect(stdout).not.toMatch(/[ \t]\n/)
    }
  })
})

describe('version', () => {
  test('as a command and as a flag', async () => {
    expect(await affinity(['version', '--client'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Client Version: v\d+\.\d+\.\d+\S*\nAgent Version: v\S+\n$/),
    })
    expect(await affinity(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^kubectl-affinity v\d+\.\d+\.\d+\S*\n$/),
    })
  })

  test('the client’s is printed also when the server does not answer', async () => {
    expect(await affinity(['version', '-s', 'http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Client Version: /),
      stderr: expect.stringMatching(/^The connection to the server 127\.0\.0\.1:1 was refused/),
    })
    expect(await affinity(['version', '-o', 'wide'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: --output must be 'yaml' or 'json'\n/),
    })
  })

  test('for programs, and from both forms', async () => {
    for (const [form, runtime] of [
      ['executable', /^bun /],
      ['npm bundle', /^node /],
    ] as const) {
      const { stdout } = await affinity(['version', '--client', '-o', 'json'], { form })
      expect(JSON.parse(stdout)).toStrictEqual({
        clientVersion: {
          gitVersion: expect.stringMatching(/^v\d/),
          platform: expect.stringMatching(/^\w+\/\w+$/),
          runtime: expect.stringMatching(runtime),
        },
        agentVersion: { gitVersion: expect.stringMatching(/^v\d/), protocol: expect.any(Number) },
      })
    }
  })
})
