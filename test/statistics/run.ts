/**
 * How often the judge is wrong: `npm run test:statistics -- [--runs 100000] [--seed 1] [--write]`. Long scenarios get fewer
 * runs. Ends with 1 when one is wrong more often than is stated; `--write` puts the table into docs/judging.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { binomialAtLeast } from '../../src/judge/binomial.ts'
import { add, type Count, emptyCount } from './count.ts'
import { scenarios } from './scenarios.ts'
import { tableOf } from './table.ts'
import type { Task } from './worker.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})

const seed = Number(values.seed)
const thousands = Number(values.runs) / 1000
/** Picks of a task: some tenths of a second. */
const picksPerTask = 2_000_000
const doc = join(import.meta.dirname, '../../docs/judging.md')

function* tasks(): Generator<Task> {
  for (const [index, { requests, perThousand }] of scenarios.entries()) {
    const runs = Math.max(1, Math.round(perThousand * thousands))
    const size = Math.max(1, Math.floor(picksPerTask / requests))
    for (let first = 0; first < runs; first += size)
      yield { index, first, runs: Math.min(size, runs - first), seed }
  }
}

const counts = scenarios.map(emptyCount)
const queue = tasks()

/** Takes tasks until none is left. */
function work(): Promise<void> {
  const worker = new Worker(new URL('worker.ts', import.meta.url))
  const next = (): void => {
    const { value, done } = queue.next()
    if (done === true) void worker.terminate()
    // oxlint-disable-next-line require-post-message-target-origin -- a thread has none
    else worker.postMessage(value)
  }
  return new Promise((resolve, reject) => {
    worker.on('message', ({ index, count }: { index: number; count: Count }) => {
      counts[index] = add(counts[index] ?? emptyCount(), count)
      next()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
    next()
  })
}

await Promise.all(Array.from({ length: availableParallelism() }, work))
const rows = scenarios.map((scenario, index) => ({ scenario, count: counts[index] ?? emptyCount() }))
const table = tableOf(rows, seed)
process.stdout.write(`${table}\n`)
if (values.write) {
  const [before, , after] = (await readFile(doc, 'utf8')).split(/<!-- rates -->/)
  if (after === undefined) throw new Error(`${doc} has no place for the table`)
  await writeFile(doc, `${before}<!-- rates -->\n\n${table}\n\n<!-- rates -->${after}`)
}
// A true rate of what is stated exceeds it so far in one table of a thousand only.
const tooOften = rows.filter(
  ({ scenario: { stated }, count: { runs, wrong } }) =>
    wrong > 0 && binomialAtLeast(wrong, runs, stated) < 0.001 / rows.length,
)
for (const { scenario, count } of tooOften)
  process.stderr.write(
    `wrong too often: ${scenario.truth}, ${scenario.configured}: ${count.wrong} of ${count.runs}\n`,
  )
process.exitCode = tooOften.length > 0 ? 1 : 0
