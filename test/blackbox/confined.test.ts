import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { testUnless } from '../support/needs.ts'
import { type Ended, runProgram, startProgram } from '../support/program.ts'
import {
  asUser,
  type Confinement,
  copyForEverybody,
  detached,
  memoryGroup,
  noMounts,
  notRoot,
  withMounts,
} from './support/confine.ts'
import { forms } from './support/executable.ts'

const folder = temporaryFolder()
const programs = join(folder, 'programs')
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n'
/** Where a program that hangs is given up. */
const patienceMs = 40_000

/** The forms, from where each user may start them. */
const commands = Object.entries(forms).map(([form, words]) => ({
  form,
  command: words.map((word) =>
    join(programs, form === 'npm bundle' && word.endsWith('.js') ? `npm/${basename(word)}` : basename(word)),
  ),
}))

beforeAll(() => {
  const [executable = ''] = forms.executable
  const [node = '', bundle = ''] = forms['npm bundle']
  copyForEverybody([executable, node, join(bundle, '..')], programs)
  writeFileSync(join(folder, 'service.yaml'), service)
  mkdirSync(join(folder, 'locked'))
  writeFileSync(join(folder, 'locked', 'service.yaml'), service)
  chmodSync(join(folder, 'locked'), 0o000)
  chmodSync(folder, 0o755)
})

interface Confined {
  within?: Confinement
  env?: NodeJS.ProcessEnv
}

type Answer = Pick<Ended, 'code' | 'stdout' | 'stderr'>

/** Runs a program with nothing in its environment but PATH and what is given; a code of null for one that hangs. */
async function run(command: readonly string[], { within = [], env = {} }: Confined): Promise<Answer> {
  const { code, stdout, stderr } = await runProgram([...within, ...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    patienceMs,
  })
  return { code, stdout, stderr }
}

/** What needs no files of its own, in surroundings where nothing of it may fail. */
async function startsEverywhere(command: readonly string[], confined: Confined): Promise<void> {
  const asked = async (...words: string[]): Promise<Answer> => await run([...command, ...words], confined)
  expect(await asked('version', '--client')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Client Version: v\d/),
    stderr: '',
  })
  expect(await asked('explain', '-f', 'service.yaml')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^service\/web /),
    stderr: '',
  })
  expect(await asked('explain', 'svc/web', '--server', 'http://127.0.0.1:1')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^The connection to the server 127\.0\.0\.1:1 was refused/),
  })
  expect(await asked('__complete', 'expl')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^explain\t/),
  })
}

/** A sandbox, and the program in it. */
async function sandbox(command: readonly string[], confined: Confined): Promise<Answer> {
  return await run([...command, 'sandbox', '--', ...command, 'probe', 'svc/sample-clusterip'], confined)
}

for (const { form, command } of commands) {
  describe(`the ${form} works`, () => {
    test('without HOME', async () => {
      await startsEverywhere(command, {})
      expect((await sandbox(command, {})).stdout).toContain('SPREAD as configured')
    })

    test('in LANG=C, with the same words', async () => {
      const words = [...command, 'explain', '-f', 'service.yaml']
      const [inC, inUtf8] = await Promise.all(
        ['C', 'C.UTF-8'].map((LANG) => run(words, { env: { LANG, LC_ALL: LANG } })),
      )
      expect(inC).toStrictEqual(inUtf8)
      await startsEverywhere(command, { env: { LANG: 'C' } })
    })

    test('without a terminal and a standard input', async () => {
      await startsEverywhere(command, { within: detached })
    })

    test('without a folder for temporary files, and says so where it needs one', async () => {
      const confined = { env: { TMPDIR: '/no/such' } }
      await startsEverywhere(command, confined)
      for (const words of [['sandbox'], ['sandbox', '--', 'true'], ['demo']])
        expect(await run([...command, ...words], confined)).toStrictEqual({
          code: 1,
          stdout: '',
          stderr: expect.stringMatching(
            /^error: the sandbox cannot make a folder for its files in \/no\/such: .*\n {2}name a folder.*TMPDIR.*\n$/,
          ),
        })
    })

    testUnless(notRoot, 'as a user that nobody knows, without HOME', {}, async () => {
      for (const uid of [12_345, 65_534]) {
        await startsEverywhere(command, { within: asUser(uid) })
        expect((await sandbox(command, { within: asUser(uid) })).stdout).toContain('SPREAD as configured')
      }
    })

    testUnless(notRoot, 'beside a folder that it may not read', {}, async () => {
      const within = asUser(12_345)
      for (const words of [
        ['-f', 'locked'],
        ['-R', '-f', '.'],
      ])
        expect(await run([...command, 'explain', ...words], { within })).toStrictEqual({
          code: 1,
          stdout: '',
          stderr: 'error: cannot read "locked": permission denied\n',
        })
      expect(await run([...command, 'enable', '-f', 'locked'], { within })).toStrictEqual({
        code: 1,
        stdout: '',
        stderr: 'error: cannot read "locked": permission denied\n',
      })
    })

    testUnless(noMounts, 'where nothing can be written', {}, async () => {
      const within = withMounts(
        'mount -o remount,bind,ro /',
        `mount --bind '${folder}' '${folder}'`,
        `mount -o remount,bind,ro '${folder}'`,
      )
      const confined = { within, env: { TMPDIR: folder } }
      await startsEverywhere(command, confined)
      expect(await sandbox(command, confined)).toStrictEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /^error: the sandbox cannot make a folder for its files in .*read-only file system.*\n {2}name a folder.*\n$/,
        ),
      })
    })

    testUnless(noMounts, 'where no temporary file can be executed', {}, async () => {
      const within = withMounts('mount -t tmpfs -o noexec none /mnt')
      const confined = { within, env: { TMPDIR: '/mnt' } }
      await startsEverywhere(command, confined)
      expect((await sandbox(command, confined)).stdout).toContain('SPREAD as configured')
    })

    const group = memoryGroup(64 * 1024 * 1024)
    testUnless(group === undefined ? 'no control groups' : undefined, 'in 64 MiB of memory', {}, async () => {
      await startsEverywhere(command, { within: group?.within ?? [] })
    })
    afterAll(() => group?.remove())
  })
}

describe('the npm bundle', () => {
  test('tells an older Node in a line what to do', async () => {
    const [node = '', bundle = ''] = forms['npm bundle']
    const older = join(folder, 'older.cjs')
    writeFileSync(
      older,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.18.9' } })\n",
    )
    for (const name of ['kubectl-affinity.js', 'kubectl_complete-affinity.js'])
      expect(
        await run([node, '--require', older, join(bundle, '..', name), 'explain', 'svc/x'], {}),
      ).toStrictEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /^error: kubectl-affinity needs Node 22\.19 or newer, .* this is Node 22\.18\.9: update it, .*\/releases\n$/,
        ),
      })
  })
})

describe('demo', () => {
  test('ends with a step that is killed', async () => {
    const demo = startProgram([...forms.executable, 'demo'], { patienceMs })
    await demo.printed(/# 2\//, 'stdout')
    const probes = (): number[] =>
      childrenOf(demo.pid).filter((pid) => commandLine(pid).includes('\0probe\0'))
    await expect.poll(probes, { interval: 5 }).toHaveLength(1)
    for (const probe of probes()) process.kill(probe, 'SIGKILL')
    const { code, stdout, stderr } = await demo.ended
    expect(stderr).toMatch(/error: step 2 of 6 was ended by SIGKILL\n$/)
    expect(code).toBe(137)
    expect(stdout).not.toContain('Nothing is left')
  })
})

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}
