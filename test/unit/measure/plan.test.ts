import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientsFor, firstRound } from '../../../src/measure/plan.ts'
import { seeded } from '../judge/simulate.ts'
import { measure } from './simulate.ts'

describe('the plan of a measurement', () => {
  test('one round of pauses around what is configured: one beyond it and two before', () => {
    const { purpose, pausesMs } = firstRound({
      configuredMs: 10_000,
      maxMs: 120_000,
      clients: 4,
      mostClients: 4,
    })
    expect(purpose).toBe('configured')
    expect(pausesMs).toStrictEqual([
      [10_200, 9700, 9600],
      [10_300, 9700, 9550],
      [10_500, 9700, 9500],
      [10_200, 9700, 9600],
    ])
  })

  test('a long timeout is shared out: nobody pauses three times', () => {
    const { pausesMs } = firstRound({ configuredMs: 100_000, maxMs: 120_000, clients: 10, mostClients: 16 })
    expect(pausesMs).toHaveLength(16)
    for (const pauses of pausesMs)
      expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThanOrEqual(102_000)
  })

  test('fewer endpoints need more clients', () => {
    const clients = [2, 3, 5, 10, 50].map((eligible) => clientsFor(eligible, 0.001))
    expect(clients).toStrictEqual([18, 11, 8, 6, 6])
  })

  test('it ends, and waits for no pause longer than --max, whatever the proxy does', () => {
    const truth = fc.record({
      kind: fc.constantFrom('idle' as const, 'absolute' as const),
      timeoutMs: fc.double({ min: 0, max: 400_000, noNaN: true }),
      jitterMs: fc.constantFrom(0, 0, 500, 50_000),
      endpoints: fc.integer({ min: 1, max: 50 }),
      slipRate: fc.constantFrom(0, 0, 0.05, 0.5),
    })
    const configuredMs = fc.option(fc.constantFrom(1000, 10_000, 60_000, 10_800_000), { nil: undefined })
    const maxMs = fc.constantFrom(1000, 20_000, 300_000)
    fc.assert(
      fc.property(truth, configuredMs, maxMs, fc.integer(), (truth, configuredMs, maxMs, seed) => {
        const given = configuredMs === undefined ? {} : { configuredMs }
        const said = measure(truth, seeded(seed), { ...given, maxMs })
        expect(said.rounds.length).toBeLessThanOrEqual(12)
        const pauses = said.rounds.flatMap((round) => round.pausesMs.flat())
        expect(Math.max(...pauses)).toBeLessThanOrEqual(maxMs)
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500)
        expect(pauses.every(Number.isInteger)).toBe(true)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
