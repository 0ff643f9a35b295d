/**
 * How often a measured timeout is wrong: `node test/statistics/timeout.ts [--runs 1000] [--seed 1] [--write]`, a part of
 * `npm run test:statistics`. Ends with 1 when a scenario is wrong more often than is stated; `--write` puts the table into
 * docs/judging.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binomialAtLeast } from '../../src/judge/binomial.ts'
import { seeded } from '../unit/judge/simulate.ts'
import { measure, type Measured } from '../unit/measure/simulate.ts'
import { isWrong } from '../unit/measure/wrong.ts'
import { type TimeoutScenario, timeoutScenarios } from './timeout-scenarios.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const seed = Number(values.seed)
/** 1 − the confidence of every measurement. */
const stated = 0.001
const doc = join(import.meta.dirname, '../../docs/judging.md')
const mark = '<!-- timeout rates -->'

const rows = timeoutScenarios.map((scenario, index) => {
  const random = seeded(seed * 1000 + index)
  const said = Array.from({ length: runs }, () =>
    measure(scenario.truth, random, {
      configuredMs: scenario.configuredMs,
      acceptedError: stated,
      ...scenario.known,
    }),
  )
  return { scenario, said, wrong: said.filter((one) => isWrong(scenario.truth, one)).length }
})

const table = [
  `Seed ${seed}.`,
  '',
  '| truth | configured | proxy | pods | runs | wrong | stated | one round | width, median | time, median | 95 % within |',
  '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(({ scenario, said, wrong }) => line(scenario, said, wrong)),
].join('\n')
process.stdout.write(`${table}\n`)
if (values.write) {
  const [before, , after] = (await readFile(doc, 'utf8')).split(mark)
  if (after === undefined) throw new Error(`${doc} has no place for the table`)
  await writeFile(doc, `${before}${mark}\n\n${table}\n\n${mark}${after}`)
}
// A true rate of what is stated exceeds it so far in one table of a thousand only.
const tooOften = rows.filter(
  ({ wrong }) => wrong > 0 && binomialAtLeast(wrong, runs, stated) < 0.001 / rows.length,
)
for (const { scenario, wrong } of tooOften)
  process.stderr.write(`wrong too often: ${scenario.words}: ${wrong} of ${runs}\n`)
process.exitCode = tooOften.length > 0 ? 1 : 0

function line(scenario: TimeoutScenario, said: readonly Measured[], wrong: number): string {
  const { words, configuredMs, known, truth } = scenario
  const once = said.filter(({ rounds }) => rounds.length === 1).length / said.length
  const width = quantile(
    said.map(({ fromMs, toMs = Infinity }) => toMs - fromMs),
    0.5,
  )
  const times = said.map(({ ms }) => ms)
  const cells = [
    words,
    `${configuredMs / 1000} s`,
    known.clock === undefined ? 'not known' : 'known',
    truth.endpoints,
    said.length,
    wrong,
    '0.1 %',
    `${(100 * once).toFixed(1)} %`,
    `${(width / 1000).toFixed(2)} s`,
    ...[0.5, 0.95].map((share) => `${Math.round(quantile(times, share) / 1000)} s`),
  ]
  return `| ${cells.join(' | ')} |`
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
