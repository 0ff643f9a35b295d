import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Unit (pure, milliseconds), black box (the executable against servers on loopback), package (what is released),
// scenarios (the executable on the lab, or on a sandbox for each file). They mostly wait, each file in a namespace of its
// own; those that disturb a whole cluster follow, one after the other. No file disturbs another one's sandbox.
const alone = 'test/scenarios/alone/**/*.test.ts'
// On the lab every client of a measurement is a pod; beside other scenarios they start too late for the pauses that they are
// to keep, and what is measured again and again is five times the work.
const aloneOnLab = [alone, 'test/scenarios/timeout/**/*.test.ts']
const simulations = 'test/unit/**/error-rates.test.ts'
const isSandbox = process.env['KUBECTL_AFFINITY_SITE']?.startsWith('sandbox') === true
// One run in some hundreds is undecided or wrong by chance (docs/judging.md), and a busy machine stalls clocks. .ci/run
// lists what needed another try, and fails where that are more than scripts/count.mjs allows. Nothing else is tried again.
const retry = 2
// A machine that is busy besides takes several times as long.
const scenarios = { testTimeout: 300_000, hookTimeout: 300_000, retry }

// The scenarios that take longest: who begins last is waited for by all, and small files may take long.
const longest =
  `during-record during-hash timeout-limits timeout external tls replicas enable-cookies probe shadow
  traefik verdicts timeout-changes places beside lifetime during disruption combined arguments`.split(/\s+/)

/** The longest first, all others as vitest has them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = moduleId.includes('/scenarios/') ? longest.indexOf(basename(moduleId, '.test.ts')) : -1
      return place === -1 ? longest.length : place
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

const results = process.env['KUBECTL_AFFINITY_RESULTS']

// What unit tests reach, for .ci/run. The executable that the other levels run is compiled: `npm run reached` counts its lines.
const isMeasured = results !== undefined && process.argv.includes('unit')

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters:
      results === undefined
        ? ['default']
        : ['default', ['json', { outputFile: `${results}/vitest-${process.pid}.json` }]],
    coverage: {
      enabled: isMeasured,
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['**/*.generated.ts'],
      reporter: ['json-summary'],
      reportsDirectory: `${results}/coverage`,
    },
    projects: [
      // They take milliseconds; a machine that builds something at the same time takes longer. Vitest leaves a processor free
      // for itself, which it does not need.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: [simulations],
          testTimeout: 30_000,
          maxWorkers: '100%',
          // Pure code has nothing to keep apart, and loading it anew for each file is a third of the time.
          isolate: false,
        },
      },
      // They count errors in thousands of runs, which counting lines beside it makes four times as long.
      {
        test: {
          name: 'simulations',
          include: [simulations],
          testTimeout: 120_000,
          maxWorkers: '100%',
          isolate: false,
        },
      },
      {
        test: {
          name: 'blackbox',
          include: ['test/blackbox/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each starts clusters of its own, whose clocks more of them would stall.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          ...scenarios,
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          exclude: isSandbox ? [] : aloneOnLab,
          // On a sandbox half of the time is waiting; on the lab the cluster itself needs the processors.
          maxWorkers: isSandbox ? 5 : 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...scenarios,
          name: 'scenarios-alone',
          include: isSandbox ? [] : aloneOnLab,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
