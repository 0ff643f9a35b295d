// Reads the JSON reports that vitest left in a folder and in those below it. Run by itself with a folder it prints the files
// of which tests failed. Plain JavaScript, as scripts/count.mjs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * All tests of the reports in a folder, and the files that failed outside of their tests. What was run again in the same folder counts
 * as it ended then; failures before stay with it.
 */
export function readReports(folder) {
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
      const earlier = before.get(key)?.failures ?? []
      const failures = [...earlier, ...failureMessages]
      const tries = failures.length + (outcome === 'passed' ? 1 : 0)
      tests.set(key, { file: name, status: outcome, fullName, failures, tries })
    }
    // It could not be loaded, or what comes before its tests failed.
    const isBroken = status === 'failed' && assertionResults.every((one) => one.status !== 'failed')
    files.set(name, { tests, isBroken })
  }
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readReports(join(folder, name)))
  const here = [...files.values()].flatMap(({ tests }) => [...tests.values()])
  const broken = [...files].filter(([, { isBroken }]) => isBroken).map(([name]) => name)
  return {
    tests: [...here, ...below.flatMap(({ tests }) => tests)],
    broken: [...broken, ...below.flatMap((one) => one.broken)],
  }
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  const { tests, broken } = readReports(process.argv[2])
  const failed = tests.filter(({ status }) => status === 'failed').map(({ file }) => file)
  for (const file of new Set([...broken, ...failed])) console.log(file)
}
