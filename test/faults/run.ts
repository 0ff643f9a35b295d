/**
 * A campaign of faults: `npm run test:faults -- [--seed 1] [--signals 40] [--only signals|behaviours|fingerprints|changes] [--write]`.
 * Each goes to the executable, on sandboxes of its own. Ends with 1 when a verdict is wrong, when something is left, or when
 * the program crashes; `--write` puts the counts into docs/reliability.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { behaviours, nameless } from './behaviours.ts'
import { changes, runChange } from './changes.ts'
import type { Outcome } from './outcome.ts'
import { Place } from './place.ts'
import { askBehaviour } from './servers.ts'
import { signalRun } from './signals.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    signals: { type: 'string', default: '40' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

const outcomes: Outcome[] = []
const take = (outcome: Outcome): void => {
  outcomes.push(outcome)
  const { group, name, what, wrong } = outcome
  console.log(
    `${wrong === undefined ? 'ok   ' : 'WRONG'} ${group}: ${name}: ${what}${wrong === undefined ? '' : `: ${wrong}`}`,
  )
}
const isAsked = (group: string): boolean => values.only === undefined || values.only === group

const place = await Place.start()
try {
  if (isAsked('signals'))
    for (let run = 0; run < Number(values.signals); run += 1)
      take(await signalRun(place, Number(values.seed), run))
  if (isAsked('behaviours'))
    for (const behaviour of behaviours)
      for (const outcome of await askBehaviour(place, behaviour)) take(outcome)
  if (isAsked('fingerprints'))
    for (const behaviour of nameless)
      for (const outcome of await askBehaviour(place, behaviour, ['--fingerprint'])) take(outcome)
  if (isAsked('changes')) for (const change of changes) take(await runChange(place, change))
} finally {
  await place.stop()
}

const table = tableOf(outcomes)
console.log(`\n${table}`)
if (values.write) await writeTable(table)
process.exitCode = outcomes.some(({ wrong }) => wrong !== undefined) ? 1 : 0

function tableOf(all: readonly Outcome[]): string {
  const rows = [...Map.groupBy(all, ({ group, what }) => `${group} | ${what}`)].map(
    ([key, some]) =>
      `| ${key} | ${some.length} | ${some.filter(({ wrong }) => wrong !== undefined).length} |`,
  )
  return [
    `Seed ${values.seed}, on the sandbox.`,
    '',
    '| faults | what the program said | runs | wrong |',
    '| --- | --- | ---: | ---: |',
    ...rows,
  ].join('\n')
}

async function writeTable(text: string): Promise<void> {
  const file = join(import.meta.dirname, '../../docs/reliability.md')
  const page = await readFile(file, 'utf8')
  const mark = '<!-- counts -->'
  const [before = '', , after = ''] = page.split(mark)
  await writeFile(file, `${before}${mark}\n\n${text}\n\n${mark}${after}`)
}
