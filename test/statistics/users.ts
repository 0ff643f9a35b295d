/**
 * How often the verdict on users with a jar is wrong: `node test/statistics/users.ts [--runs 100000] [--seed 1] [--write]`, a part
 * of `npm run test:statistics`. Ends with 1 when a scenario is wrong more often than is stated; `--write` puts the table
 * into docs/judging.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binomialAtLeast } from '../../src/judge/statistics/binomial.ts'
import type { UsersVerdict } from '../../src/model/probe/cookies/cause.ts'
import { seeded } from '../unit/judge/simulate.ts'
import { runOf, usersScenarios } from './users-scenarios.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const seed = Number(values.seed)
const doc = join(import.meta.dirname, '../../docs/judging.md')
const mark = '<!-- users rates -->'

const rows = usersScenarios.map((scenario, index) => {
  const random = seeded(seed * 1000 + index)
  const said: Record<UsersVerdict['result'], number> = { 'as-expected': 0, differs: 0, inconclusive: 0 }
  let wrong = 0
  for (let run = 0; run < runs; run++) {
    const verdict = runOf(scenario, random)
    said[verdict.result] += 1
    if (scenario.wrong(verdict)) wrong += 1
  }
  return { scenario, said, wrong }
})

const share = (count: number): string =>
  count === 0 ? '0' : `${Number(((100 * count) / runs).toPrecision(4))} %`

const table = [
  `Seed ${seed}, ${runs} runs of each.`,
  '',
  '| truth | configured | pods | as expected | differs | inconclusive | wrong | stated |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(
    ({ scenario: { truth, configured, pods, stated }, said, wrong }) =>
      `| ${truth} | ${configured ? 'cookie' : 'nothing'} | ${pods} | ${share(said['as-expected'])} | ${share(said.differs)} | ${share(said.inconclusive)} | ${wrong === 0 ? '0' : `${wrong} (${share(wrong)})`} | ${stated === 0 ? '0' : `${Number((stated * 100).toPrecision(3))} %`} |`,
  ),
].join('\n')
process.stdout.write(`${table}\n`)
if (values.write) {
  const [before, , after] = (await readFile(doc, 'utf8')).split(mark)
  if (after === undefined) throw new Error(`${doc} has no place for the table`)
  await writeFile(doc, `${before}${mark}\n\n${table}\n\n${mark}${after}`)
}
// A true rate of what is stated exceeds it so far in one table of a thousand only.
const tooOften = rows.filter(
  ({ wrong, scenario: { stated } }) =>
    wrong > 0 && binomialAtLeast(wrong, runs, stated) < 0.001 / rows.length,
)
for (const { scenario, wrong } of tooOften)
  process.stderr.write(`wrong too often: ${scenario.truth}, ${scenario.pods} pods: ${wrong} of ${runs}\n`)
process.exitCode = tooOften.length > 0 ? 1 : 0
