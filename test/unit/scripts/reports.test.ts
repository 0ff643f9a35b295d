import { writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
// @ts-expect-error It is plain JavaScript, for any Node.
import { failedIn, readReports } from '../../../scripts/reports.mjs'
import { temporaryFolder } from '../../support/folder.ts'

const outcome = (fullName: string, status: string, ...failureMessages: string[]): object => ({
  fullName,
  status,
  failureMessages,
})

/** Writes what vitest writes of one file of tests. */
function report(folder: string, startTime: number, name: string, status: string, tests: object[]): void {
  mkdirSync(folder, { recursive: true })
  const written = { startTime, testResults: [{ name, status, assertionResults: tests }] }
  writeFileSync(join(folder, `vitest-${startTime}.json`), JSON.stringify(written))
}

test('what ran again counts as it ended then, in its own folder only', () => {
  const folder = temporaryFolder()
  const lab = join(folder, 'lab')
  report(lab, 20, 'a', 'passed', [outcome('one', 'passed'), outcome('two', 'passed')])
  report(lab, 10, 'a', 'failed', [outcome('one', 'passed', 'x'), outcome('two', 'failed', 'x', 'y', 'z')])
  report(lab, 11, 'b', 'passed', [outcome('three', 'skipped')])
  report(folder, 30, 'a', 'failed', [outcome('two', 'failed', 'x')])
  const { tests, broken } = readReports(folder)
  expect(broken).toStrictEqual([])
  expect(tests).toStrictEqual([
    { run: '', file: 'a', status: 'failed', fullName: 'two', failures: ['x'], tries: 1 },
    { run: 'lab', file: 'a', status: 'passed', fullName: 'one', failures: ['x'], tries: 2 },
    { run: 'lab', file: 'a', status: 'passed', fullName: 'two', failures: ['x', 'y', 'z'], tries: 4 },
    { run: 'lab', file: 'b', status: 'skipped', fullName: 'three', failures: [], tries: 0 },
  ])
})

test('a file that fails outside of its tests is not lost', () => {
  const folder = temporaryFolder()
  report(folder, 1, 'a', 'failed', [])
  report(folder, 2, 'b', 'failed', [outcome('one', 'skipped')])
  expect(readReports(folder).broken).toStrictEqual(['a', 'b'])
  report(folder, 3, 'a', 'passed', [outcome('one', 'passed')])
  expect(readReports(folder).broken).toStrictEqual(['b'])
})

test('what failed may run again by its name, and a file as a whole where what comes before tests failed', () => {
  const folder = temporaryFolder()
  const left = 'three (skipped: no tmux)'
  report(folder, 1, 'a', 'failed', [outcome('one', 'passed'), outcome('two (a|b)?', 'failed', 'x')])
  report(folder, 2, 'b', 'failed', [outcome('one', 'failed', 'x'), outcome(left, 'skipped')])
  report(folder, 3, 'c', 'failed', [outcome('one', 'failed', 'x'), outcome('two', 'skipped')])
  report(folder, 4, 'd', 'failed', [])
  const found = failedIn(folder) as { file: string; pattern: string }[]
  expect(new Map(found.map(({ file, pattern }) => [file, pattern]))).toStrictEqual(
    new Map([
      ['a', String.raw`^(two \(a\|b\)\?)$`],
      ['b', '^(one)$'],
      ['c', ''],
      ['d', ''],
    ]),
  )
})

test('tests beside those that run again keep what they were', () => {
  const folder = temporaryFolder()
  report(folder, 1, 'a', 'failed', [outcome('one', 'passed'), outcome('two', 'failed', 'x')])
  report(folder, 2, 'a', 'passed', [outcome('one', 'skipped'), outcome('two', 'passed')])
  expect(readReports(folder)).toStrictEqual({
    tests: [
      { run: '', file: 'a', status: 'passed', fullName: 'one', failures: [], tries: 1 },
      { run: '', file: 'a', status: 'passed', fullName: 'two', failures: ['x'], tries: 2 },
    ],
    broken: [],
  })
})
