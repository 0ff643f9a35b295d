/**
 * How often the judge is wrong: `npm run test:statistics -- [--runs 100000] [--seed 1] [--minutes 30] [--write]`. Long
 * scenarios get fewer runs. What was stopped goes on at the next call. Ends with 1 when one is wrong more often than is
 * stated; `--write` puts the table into docs/judging.md.
 */
import { add, emptyCount } from './count.ts'
import { complain, readOptions, tell } from './options.ts'
import { inPasses } from './passes.ts'
import { scenarios } from './scenarios.ts'
import { tableOf } from './table.ts'

const options = readOptions(100_000)
const { runs, seed, threads, mostMs } = options
const counts = await inPasses({
  name: 'verdicts',
  worker: new URL('worker.ts', import.meta.url),
  sources: [
    'src/judge/{,run/,users/,statistics/}*.ts',
    'test/unit/judge/simulate.ts',
    'test/statistics/{count,scenarios}.ts',
  ],
  seed,
  runs: scenarios.map(({ perThousand }) => Math.max(1, Math.round((perThousand * runs) / 1000))),
  threads,
  mostMs,
  empty: emptyCount(),
  add,
})
const rows = scenarios
  .map((scenario, index) => ({ scenario, count: counts[index] ?? emptyCount() }))
  .filter(({ count }) => count.runs > 0)
await tell(tableOf(rows, seed), '<!-- rates -->', options)
complain(
  rows.map(({ scenario: { truth, configured, stated }, count }) => ({
    words: `${truth}, ${configured}`,
    stated,
    ...count,
  })),
)
