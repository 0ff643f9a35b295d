import { describe, expect, test } from 'vitest'
import { conclude } from '../../../../src/judge/timers/conclude.ts'
import type { TimerKind } from '../../../../src/model/probe/results/timeout-result.ts'
import { type Random, seeded } from '../simulate.ts'
import { measure, type Measured, type Truth } from './simulate.ts'
import { isWrong } from './wrong.ts'

// The truth is known, the measurement is not told, and its errors are counted: docs/judging.md. These are few runs, which show
// what is grossly wrong; `npm run test:statistics` has a thousand of each kind.

/** The rate that a true rate of `error` exceeds in `runs` runs with a probability of 0.1 % only. */
const margin = (error: number, runs: number): number => error + 3.1 * Math.sqrt((error * (1 - error)) / runs)

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!
const kinds: readonly TimerKind[] = ['idle', 'absolute']
const clocks = ['exact', 'whole-seconds', 'swept'] as const

const proxyClocks = {
  exact: { earlyMs: 0, lateMs: 0 },
  'whole-seconds': { earlyMs: 1000, lateMs: 0 },
  swept: { earlyMs: 0, lateMs: 1000 },
} as const

// Pure arithmetic, and much of it: a busy machine may take its time.
describe('how often a measurement is wrong', { timeout: 120_000 }, () => {
  // 20 %: the smaller the accepted error, the more runs it takes to see whether it is kept.
  const acceptedError = 0.2
  const runs = 40

  test.each([2, 3, 5, 10, 50])('no more often than accepted, as configured, %i endpoints', (endpoints) => {
    const random = seeded(endpoints)
    let wrong = 0
    for (let run = 0; run < runs; run++) {
      const timeoutMs = pick(random, [1000, 5000, 10_000, 60_000])
      const truth: Truth = { kind: pick(random, kinds), timeoutMs, endpoints }
      if (isWrong(truth, measure(truth, random, { configuredMs: timeoutMs, acceptedError }))) wrong += 1
    }
    expect(wrong / runs).toBeLessThan(margin(acceptedError, runs))
  })

  test('no more often than accepted, whatever the proxy does instead', () => {
    const random = seeded(7)
    const runs = 16
    let wrong = 0
    for (let run = 0; run < runs; run++) {
      const truth: Truth = {
        kind: pick(random, kinds),
        timeoutMs: 1000 * 100 ** random(),
        endpoints: pick(random, [2, 3, 5, 50]),
      }
      const configuredMs = pick(random, [undefined, 1000, 10_000, 90_000, 10_800_000])
      if (isWrong(truth, measure(truth, random, { ...defined(configuredMs), acceptedError }))) wrong += 1
    }
    expect(wrong / runs).toBeLessThan(margin(acceptedError, runs))
  })

  test('no more often than accepted where clocks count whole seconds, known or not', () => {
    const random = seeded(13)
    let wrong = 0
    for (let run = 0; run < runs; run++) {
      const timeoutMs = pick(random, [2000, 5000, 10_000])
      const clock = pick(random, clocks)
      const truth: Truth = {
        kind: pick(random, kinds),
        timeoutMs,
        clock,
        endpoints: pick(random, [2, 3, 10]),
      }
      const known = pick(random, [undefined, proxyClocks[clock]])
      const options = {
        configuredMs: timeoutMs,
        acceptedError,
        ...(known === undefined ? {} : { clock: known }),
      }
      if (isWrong(truth, measure(truth, random, options))) wrong += 1
    }
    expect(wrong / runs).toBeLessThan(margin(acceptedError, runs))
  })

  test('hardly ever with 99.9 %, even where answers are slow and some connections slip', () => {
    const random = seeded(11)
    let wrong = 0
    for (let run = 0; run < 10; run++) {
      const truth: Truth = {
        kind: pick(random, kinds),
        timeoutMs: pick(random, [3000, 10_000]),
        endpoints: pick(random, [2, 3, 10]),
        slipRate: 0.0005,
        latencyMs: (random) => 5 + 60 * random() ** 3,
      }
      if (isWrong(truth, measure(truth, random, { configuredMs: 10_000 }))) wrong += 1
    }
    expect(wrong).toBeLessThanOrEqual(1)
  })
})

describe('configured 10 s', { timeout: 60_000 }, () => {
  test.each([
    [2, 'idle'],
    [3, 'idle'],
    [10, 'idle'],
    [10, 'absolute'],
  ] as const)('%i endpoints, %s: mostly done within 95 s, to half a second', (endpoints, kind) => {
    const random = seeded(endpoints)
    const all = Array.from({ length: 50 }, () =>
      measure({ kind, timeoutMs: 10_000, endpoints }, random, {
        configuredMs: 10_000,
        clock: proxyClocks.exact,
      }),
    )
    const quick = all.filter(({ ms }) => ms <= 95_000)
    expect(quick.length).toBeGreaterThanOrEqual(47)
    for (const { outcome, fromMs, toMs = Infinity, settled, clock } of all) {
      expect({ outcome, settled, clock }).toStrictEqual({ outcome: 'timed', settled: true, clock: 'exact' })
      expect(toMs - fromMs).toBeLessThanOrEqual(500)
    }
    expect(all.filter((said) => said.kind === kind).length).toBeGreaterThanOrEqual(49)
  })
})

describe('what a proxy may do instead', { timeout: 60_000 }, () => {
  const say = (truth: Partial<Truth>, configuredMs: number | undefined, maxMs?: number): Measured =>
    measure({ kind: 'idle', timeoutMs: 10_000, endpoints: 3, ...truth }, seeded(3), {
      ...defined(configuredMs),
      ...(maxMs === undefined ? {} : { maxMs }),
    })

  test('a floor of two minutes', () => {
    const said = say({ timeoutMs: 120_000 }, 10_000, 300_000)
    expect(said.outcome).toBe('timed')
    expect(said.fromMs).toBeLessThanOrEqual(120_000)
    expect(said.toMs).toBeGreaterThanOrEqual(120_000)
    expect(said.toMs! - said.fromMs).toBeLessThanOrEqual(6100)
  })

  test('no affinity, configured or not', () => {
    expect(say({ timeoutMs: 0 }, 10_000)).toMatchObject({ outcome: 'not-held', settled: true })
    const none = say({ timeoutMs: 0 }, undefined)
    expect(none).toMatchObject({ outcome: 'not-held', settled: true })
    expect(none.rounds).toHaveLength(1)
  })

  test('affinity though none is configured', () => {
    expect(say({ timeoutMs: 5000 }, undefined)).toMatchObject({ outcome: 'timed', kind: 'idle' })
  })

  test('a timeout beyond --max is not waited for', () => {
    const said = say({ timeoutMs: 10_800_000 }, 10_800_000, 20_000)
    expect(said).toMatchObject({ outcome: 'held', settled: true })
    expect(said.fromMs).toBeGreaterThan(19_200)
    expect(said.rounds).toHaveLength(1)
    expect(Math.max(...said.rounds[0]!.pausesMs.flat())).toBe(20_000)
  })

  test.each([0.5, 1])('entries that end up to %f s late', (seconds) => {
    const random = seeded(5)
    for (let run = 0; run < 10; run++) {
      const truth: Truth = { kind: 'idle', timeoutMs: 10_000, jitterMs: seconds * 1000, endpoints: 3 }
      const said = measure(truth, random, { configuredMs: 10_000 })
      expect(isWrong(truth, said)).toBe(false)
      expect(said.toMs).toBeLessThan(12_000)
    }
  })

  test('entries that end at any time within a minute', () => {
    const random = seeded(5)
    const said = Array.from({ length: 20 }, () =>
      measure({ kind: 'idle', timeoutMs: 2000, jitterMs: 60_000, endpoints: 10 }, random, {
        configuredMs: 10_000,
      }),
    )
    // A single time within is not wrong: there, too, clients are moved.
    expect(said.filter(({ outcome }) => outcome === 'inexact').length).toBeGreaterThan(3)
  })
})

function defined(configuredMs: number | undefined): { configuredMs?: number } {
  return configuredMs === undefined ? {} : { configuredMs }
}

test('nothing is known before anything was seen', async () => {
  const { infer } = await import('../../../../src/judge/timers/infer.ts')
  const { priorFor } = await import('../../../../src/judge/timers/prior.ts')
  const knowledge = infer([], priorFor(10_000), 0.001)
  expect(knowledge.range).toStrictEqual({ fromMs: 0, toMs: Infinity })
  expect(conclude(knowledge, 60_000)).toMatchObject({
    finding: { outcome: 'held', fromMs: 0 },
    settled: false,
  })
})

test('a probability is 1 at most, however its parts were rounded', () => {
  const truth: Truth = { kind: 'idle', timeoutMs: 2000, endpoints: 3, clock: 'whole-seconds' }
  // The sum of the parts is 1.0000000000000115 with the last of these seeds.
  for (const seed of [30, 31, 32]) {
    const clock = proxyClocks['whole-seconds']
    const found = measure(truth, seeded(seed), { configuredMs: 2000, acceptedError: 0.01, clock })
    expect(found.idleProbability).toBeLessThanOrEqual(1)
  }
})
