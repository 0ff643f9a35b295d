import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { affinity } from './support/executable.ts'

const home = temporaryFolder()

/** The program for Node, with something that goes wrong before or beside it. */
const beside = (source: string) =>
  affinity(['version', '--client'], {
    form: 'npm bundle',
    env: { HOME: home, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}` },
  })

test('a failure that nobody waits for ends nothing and prints nothing', async () => {
  const alone = await beside('')
  expect([alone.code, alone.stderr]).toEqual([0, ''])
  // At once, and while the command runs.
  const failing = await beside(
    "Promise.reject(new Error('at once')); setImmediate(() => Promise.reject(new Error('beside it')))",
  )
  expect([failing.code, failing.stdout, failing.stderr]).toEqual([0, alone.stdout, ''])
})

test('a failure of the program itself is told, and is no success', async () => {
  const broken = await beside(
    "Object.defineProperty(process, 'argv', { get() { throw new Error('no words') } })",
  )
  expect([broken.code, broken.stdout, broken.stderr]).toEqual([1, '', 'error: no words\n'])
})
