/**
 * How often the judge is wrong: `npm run test:statistics -- [--runs 100000] [--seed 1] [--minutes 30] [--write]`. Long
 * scenarios get fewer runs. What was stopped goes on at the next call. Ends with 1 when one is wrong more often than is
 * stated; `--write` puts the table into docs/judging.md.
 */
import { addAll, type Count, emptyCount } from './count.ts'
import { complain, readOptions, tell } from './options.ts'
import { inPasses } from './passes.ts'
import { mostShort, scenarios, worlds } from './scenarios.ts'
import { tableOf } from './table.ts'

const options = readOptions(100_000)
const { runs, seed, threads, mostMs } = options
const until = performance.now() + mostMs
const counts = new Map<(typeof scenarios)[number], Count>()
for (const isShort of [true, false]) {
  const asked = [...worlds].filter(([, [scenario]]) => scenario!.requests <= mostShort === isShort)
  const found = await inPasses<Count[]>({
    name: isShort ? 'verdicts' : 'long-verdicts',
    worker: new URL('worker.ts', import.meta.url),
    sources: [
      'src/judge/{,run/,users/,statistics/}*.ts',
      'test/unit/judge/simulate.ts',
      'test/statistics/{count,scenarios}.ts',
    ],
    seed,
    indexes: asked.map(([index]) => index),
    runs: asked.map(([, [scenario]]) => Math.max(1, Math.round((scenario!.perThousand * runs) / 1000))),
    threads,
    mostMs: until - performance.now(),
    empty: [],
    add: addAll,
  })
  for (const [place, [, world]] of asked.entries())
    for (const [at, scenario] of world.entries()) counts.set(scenario, found[place]?.[at] ?? emptyCount())
}
const rows = scenarios
  .map((scenario) => ({ scenario, count: counts.get(scenario) ?? emptyCount() }))
  .filter(({ count }) => count.runs > 0)
await tell(tableOf(rows, seed), '<!-- rates -->', options)
complain(
  rows.map(({ scenario: { truth, configured, stated }, count }) => ({
    words: `${truth}, ${configured}`,
    stated,
    ...count,
  })),
)
