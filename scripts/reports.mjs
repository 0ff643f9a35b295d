// Reads the JSON reports that vitest left in a folder and in those below it. Run by itself with a folder it prints what failed
// and may run again: a line for each file, with a pattern of its tests that failed. Plain JavaScript, as scripts/count.mjs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * All tests of the reports in a folder, and the files that failed outside of their tests. What was run again in the same folder counts
 * as it ended then; failures before stay with it. Each folder is a `run` of its own, by its name.
 */
export function readReports(folder, run = '') {
  const entries = readdirSync(folder, { withFileTypes: true })
  const reports = entries
    .filter(({ name }) => /^vitest-\d+\.json$/.test(name))
    .map(({ name }) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .toSorted((one, other) => one.startTime - other.startTime)
  const files = new Map()
  for (const { name, status, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
    const before = files.get(name)?.tests ?? new Map()
    const tests = new Map()
    for (const [index, { status: outcome, fullName, failureMessages }] of assertionResults.entries()) {
      // Titles need not differ within a file.
      const key = `${index} ${fullName}`
      const earlier = before.get(key)
      // Beside those that failed nothing runs again.
      if (outcome === 'skipped' && earlier !== undefined) {
        tests.set(key, earlier)
        continue
      }
      const failures = [...(earlier?.failures ?? []), ...failureMessages]
      const tries = failures.length + (outcome === 'passed' ? 1 : 0)
      tests.set(key, { run, file: name, status: outcome, fullName, failures, tries })
    }
    // It could not be loaded, or what comes before some of its tests failed: who skips a test says why.
    const isLeft = (one) => one.status === 'skipped' && !/\(skipped: /.test(one.fullName)
    const own = [...tests.values()]
    const isBroken = status === 'failed' && (own.some(isLeft) || own.every((one) => one.status !== 'failed'))
    files.set(name, { tests, isBroken })
  }
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readReports(join(folder, name), name))
  const here = [...files.values()].flatMap(({ tests }) => [...tests.values()])
  const broken = [...files].filter(([, { isBroken }]) => isBroken).map(([name]) => name)
  return {
    tests: [...here, ...below.flatMap(({ tests }) => tests)],
    broken: [...broken, ...below.flatMap((one) => one.broken)],
  }
}

/** The files with tests that failed, each with a pattern of these; of a file that is broken it is that of all. */
export function failedIn(folder) {
  const { tests, broken } = readReports(folder)
  const failed = tests.filter(({ status }) => status === 'failed')
  return [...new Set([...broken, ...failed.map(({ file }) => file)])].map((file) => {
    const own = failed.filter((one) => one.file === file).map(({ fullName }) => exactly(fullName))
    return { file, pattern: broken.includes(file) ? '' : `^(${own.join('|')})$` }
  })
}

const exactly = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

if (fileURLToPath(import.meta.url) === process.argv[1])
  for (const { file, pattern } of failedIn(process.argv[2])) console.log(`${file}\t${pattern}`)
