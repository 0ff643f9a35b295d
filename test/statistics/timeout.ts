/**
 * How often a measured timeout is wrong: `node test/statistics/timeout.ts [--runs 1000] [--seed 1] [--minutes 30] [--write]`,
 * a part of `npm run test:statistics`. What was stopped goes on at the next call. Ends with 1 when a scenario is wrong more
 * often than is stated; `--write` puts the table into docs/judging.md.
 */
import { complain, readOptions, tell } from './options.ts'
import { inPasses } from './passes.ts'
import type { Measurement } from './timeout-runs.ts'
import { statedError, type TimeoutScenario, timeoutScenarios } from './timeout-scenarios.ts'

const options = readOptions(1000)
const { runs, seed, threads, mostMs } = options
const found = await inPasses<Measurement[]>({
  name: 'timeouts',
  worker: new URL('timeout-worker.ts', import.meta.url),
  sources: [
    'src/judge/timers/*.ts',
    'test/unit/judge/timers/{simulate,wrong}.ts',
    'test/statistics/timeout-{runs,scenarios}.ts',
  ],
  seed,
  runs: timeoutScenarios.map(({ runsAtLeast = 0 }) => Math.max(runs, runsAtLeast)),
  threads,
  mostMs,
  empty: [],
  add: (one, other) => [...one, ...other],
})
const rows = timeoutScenarios.map((scenario, index) => ({ scenario, said: found[index] ?? [] }))
const table = [
  `Seed ${seed}.`,
  '',
  '| truth | configured | proxy | pods | runs | wrong | stated | one client | one round | width, median | time, median | 95 % within |',
  '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(({ scenario, said }) => line(scenario, said)),
].join('\n')
await tell(table, '<!-- timeout rates -->', options)
complain(
  rows.map(({ scenario, said }) => ({
    words: scenario.words,
    runs: said.length,
    wrong: wrongOf(said),
    stated: statedError,
  })),
)

function wrongOf(said: readonly Measurement[]): number {
  return said.filter(({ isWrong }) => isWrong).length
}

function line(
  { words, configuredMs, known, truth: { endpoints } }: TimeoutScenario,
  said: readonly Measurement[],
): string {
  const percent = (count: number): string => `${((100 * count) / said.length).toFixed(1)} %`
  const ranges = said.filter(({ oneClient }) => !oneClient)
  const width = quantile(
    ranges.map(({ widthMs = Infinity }) => widthMs),
    0.5,
  )
  const times = said.map(({ ms }) => ms)
  const cells = [
    words,
    `${configuredMs / 1000} s`,
    known.clock === undefined ? 'not known' : 'known',
    endpoints,
    said.length,
    wrongOf(said),
    '0.1 %',
    percent(said.filter(({ oneClient }) => oneClient).length),
    percent(said.filter(({ rounds }) => rounds === 1).length),
    ranges.length === 0 ? '' : `${(width / 1000).toFixed(2)} s`,
    ...[0.5, 0.95].map((share) => `${Math.round(quantile(times, share) / 1000)} s`),
  ]
  return `| ${cells.join(' | ')} |`
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
