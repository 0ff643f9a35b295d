/**
 * A campaign of faults: `npm run test:faults -- [--on sandbox|lab] [--seed 1] [--signals 40] [--only GROUP] [--resume]
 * [--write]`, where a group is signals, behaviours, fingerprints, changes or api. Each fault goes to the executable, on a sandbox or
 * in a namespace of the lab. Ends with 1 when a verdict is wrong, when something is left, or when the program crashes. What was found
 * is kept: `--resume` leaves out what is known, and `--write` puts all counts into docs/reliability.md.
 */
import { parseArgs } from 'node:util'
import { askOddApi, deployForApi } from './api.ts'
import { behaviours, nameless } from './behaviours.ts'
import { changes, runChange } from './changes.ts'
import { apiFaults } from './odd-api.ts'
import type { Outcome } from './outcome.ts'
import { Place } from './place.ts'
import { askBehaviour } from './servers.ts'
import { deployForSignals, signalRun } from './signals.ts'
import { Records, writeTable } from './table.ts'

const { values } = parseArgs({
  options: {
    on: { type: 'string', default: 'sandbox' },
    seed: { type: 'string', default: '1' },
    signals: { type: 'string', default: '40' },
    only: { type: 'string' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const where = values.on === 'lab' ? 'lab' : 'sandbox'

/** One fault, and how it is tried. */
interface Trial {
  group: string
  name: string
  run: (place: Place) => Promise<Outcome[]>
}

/** What a group needs before, and its trials. */
const groups: Record<string, { prepare?: (place: Place) => Promise<void>; trials: readonly Trial[] }> = {
  signals: {
    prepare: deployForSignals,
    trials: Array.from({ length: Number(values.signals) }, (_, run) => ({
      group: 'signals',
      name: `${run}`,
      run: async (place) => [await signalRun(place, seed, run)],
    })),
  },
  behaviours: {
    trials: behaviours.map((behaviour) => ({
      group: 'behaviours',
      name: behaviour.name,
      run: async (place) => await askBehaviour(place, behaviour),
    })),
  },
  fingerprints: {
    trials: nameless.map((behaviour) => ({
      group: 'fingerprints',
      name: behaviour.name,
      run: async (place) => await askBehaviour(place, behaviour, ['--fingerprint']),
    })),
  },
  changes: {
    trials: changes.map((change) => ({
      group: 'changes',
      name: `${change.name}, ${change.isSticky ? 'sticky' : 'spread'}`,
      run: async (place) => [await runChange(place, change)],
    })),
  },
  api: {
    prepare: deployForApi,
    trials: Object.keys(apiFaults).map((fault) => ({
      group: 'api',
      name: fault,
      run: async (place) => await askOddApi(place, fault, seed),
    })),
  },
}

const records = await Records.open(where, seed)
const asked = Object.entries(groups).filter(([name]) => values.only === undefined || values.only === name)
let isWrong = false
const place = where === 'lab' ? await Place.onLab() : await Place.start()
try {
  for (const [, { prepare, trials }] of asked) {
    const open = trials.filter(({ group, name }) => !values.resume || !records.has(group, name))
    if (open.length > 0) await prepare?.(place)
    for (const { group, name, run } of open) {
      const outcomes = await run(place)
      await records.keep(group, name, outcomes)
      for (const outcome of outcomes) {
        isWrong ||= outcome.wrong !== undefined
        console.log(lineOf(outcome))
      }
    }
  }
} finally {
  await place.stop()
}
if (values.write) await writeTable(seed)
// What hangs by its nature is not waited for.
process.exit(isWrong ? 1 : 0)

function lineOf({ group, name, what, wrong }: Outcome): string {
  return `${wrong === undefined ? 'ok   ' : 'WRONG'} ${group}: ${name}: ${what}${wrong === undefined ? '' : `: ${wrong}`}`
}
