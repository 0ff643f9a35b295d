// Adds up what a CI run left in a folder (vitest's JSON reports, `*.step` files) and prints the closing line.
// Plain JavaScript: it must also run on a machine whose own Node cannot read TypeScript.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
const total = { passed: 0, failed: 0, skipped: 0 }
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), 'utf8')
  if (name.endsWith('.step')) {
    total[text.trim()] += 1
    if (text.trim() === 'failed') console.log(`failed: ${name.replace('.step', '')}`)
  }
  if (!name.endsWith('.json')) continue
  const report = JSON.parse(text)
  total.passed += report.numPassedTests
  total.failed += report.numFailedTests
  total.skipped += report.numPendingTests + report.numTodoTests
  for (const { status, fullName, failureMessages } of report.testResults.flatMap(
    (file) => file.assertionResults,
  )) {
    if (status === 'passed' && failureMessages.length > 0)
      console.log(`passed at the second try only: ${fullName}\n  ${failureMessages[0].split('\n')[0]}`)
  }
  // A file that cannot be loaded holds no test that could fail.
  total.failed += report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
}
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
