// Adds up what a CI run left in a folder (vitest's JSON reports, `*.step` files) and prints the closing line.
// Plain JavaScript: it must also run on a machine whose own Node cannot read TypeScript.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readReports } from './reports.mjs'

/** The words of a failure that say most in one line. */
const essence = (message) =>
  message
    .split('\n')
    .filter((line) => /Error:|error:|"(?:reason|message)"|: expected| failed: /.test(line))
    .map((line) => line.slice(0, 300))
    .slice(0, 8)
    .join('\n  ')

const folder = process.argv[2]
const total = { passed: 0, failed: 0, skipped: 0 }
/**
 * Tests of one run of the scenarios that needed another try: more than these of hundreds, and something is wrong that is not chance
 * (vitest.config.ts). On a machine that does much else at the same time it may be the machine: the table of times says how idle it was.
 */
const retryBudget = 2
/** How many there were in each run. */
const retried = new Map()
/** Why tests were skipped, and how many were. */
const leftOut = new Map()
for (const name of readdirSync(folder).filter((one) => one.endsWith('.step'))) {
  const text = readFileSync(join(folder, name), 'utf8').trim()
  total[text] += 1
  if (text === 'failed') console.log(`failed: ${name.replace('.step', '')}`)
  if (text === 'skipped') console.log(`left out, as there was no time left: ${name.replace('.step', '')}`)
}
const { tests, broken } = readReports(folder)
total.failed += broken.length
for (const file of broken) console.log(`failed outside of its tests: ${file}`)
for (const { run, status, fullName, tries, failures } of tests) {
  if (status === 'passed' || status === 'failed') total[status] += 1
  else {
    total.skipped += 1
    const reason = /\(skipped: (.*?)\)(?: |$)/.exec(fullName)?.[1] ?? fullName
    leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
  }
  if (failures.length === 0) continue
  if (status === 'passed') retried.set(run, (retried.get(run) ?? 0) + 1)
  const outcome = status === 'passed' ? `passed at try ${tries} only` : 'failed'
  console.log([`${outcome}: ${fullName}`, ...failures.map(essence)].join('\n  '))
}
for (const [reason, count] of [...leftOut].toSorted(([, one], [, other]) => other - one))
  console.log(`left out, ${count} tests: ${reason}`)
for (const [run, count] of [...retried].filter(([, count]) => count > retryBudget)) {
  console.log(`failed: ${count} tests of ${run} needed another try, ${retryBudget} may`)
  total.failed += 1
}
try {
  const { total: reached } = JSON.parse(readFileSync(join(folder, 'coverage/coverage-summary.json'), 'utf8'))
  console.log(
    `unit tests reach ${reached.lines.pct} % of the lines of src, ${reached.branches.pct} % of the branches`,
  )
} catch (error) {
  console.log(`coverage is not known: ${error.message}`)
}
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
