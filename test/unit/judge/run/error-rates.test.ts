import { describe, expect, test } from 'vitest'
import type { JudgeInput } from '../../../../src/judge/run/input.ts'
import { judge } from '../../../../src/judge/run/judge.ts'
import { requestsNeeded } from '../../../../src/judge/run/requests.ts'
import type { Verdict } from '../../../../src/model/probe/results/verdict.ts'
import { count } from '../../../statistics/count.ts'
import { worlds } from '../../../statistics/scenarios.ts'
import type { Proxy, Random } from '../simulate.ts'
import { inputOf, picksOf, roundRobin, seeded, slipping, twoNodes, uniform, weighted } from '../simulate.ts'

// The truth is known, the judge is not told, and its errors are counted.

interface Runs {
  runs: number
  requests: number
  endpoints: number
  proxy: (random: Random) => Proxy
  overrides?: Partial<JudgeInput>
}

/** How often each behaviour was said, 0 … 1. */
function rates({ runs, requests, endpoints, proxy, overrides }: Runs): Record<Verdict['behaviour'], number> {
  const random = seeded(20_260_101)
  const said = { sticky: 0, spread: 0, broken: 0, inconclusive: 0 }
  for (let run = 0; run < runs; run++) {
    const picks = picksOf(proxy(random), requests)
    said[judge(inputOf(picks, endpoints, overrides)).behaviour] += 1 / runs
  }
  return said
}

/** The rate that a true rate of `error` exceeds in `runs` runs with a probability of 0.1 % only. */
const margin = (error: number, runs: number): number => error + 3.1 * Math.sqrt((error * (1 - error)) / runs)

const none: Partial<JudgeInput> = { expectation: { behaviour: 'spread', because: 'it is configured' } }

// The same grid as `npm run test:statistics`, in short.
describe('no scenario is wrong more often than is stated', () => {
  const short = [...worlds].flatMap(([index, world]) =>
    world.map((scenario, place) => ({ ...scenario, index, place })),
  )
  test.each(short.filter(({ requests }) => requests <= 1000))(
    '$truth, $configured, $pods pods, $requests requests',
    ({ index, place, requests, stated }) => {
      const runs = requests > 300 ? 20 : 100
      const { wrong } = count(index, 0, runs, 1)[place]!
      expect(wrong).toBeLessThanOrEqual(stated === 0 ? 0 : Math.max(2, margin(stated, runs) * runs))
    },
  )
})

describe('a Service that spreads', () => {
  test.each([2, 3, 5, 10])('%i pods: is called sticky no more often than accepted', (endpoints) => {
    const acceptedError = 0.01
    // Without floor and reserve, so that the error is as large as it may be.
    const requests = 1 + Math.ceil(Math.log(1 / acceptedError) / Math.log(endpoints))
    const said = rates({
      runs: 20_000,
      requests,
      endpoints,
      proxy: (random) => uniform(random, endpoints),
      overrides: { acceptedError },
    })
    expect(said.sticky).toBeLessThan(margin(acceptedError, 20_000))
  })

  test.each([
    [2, 40],
    [3, 27],
    [10, 20],
    [3, 199],
    [3, 201],
  ])('%i pods, %i requests: is called broken no more often than accepted', (endpoints, requests) => {
    const runs = requests > 100 ? 100 : 2000
    const said = rates({
      runs,
      requests,
      endpoints,
      proxy: (random) => uniform(random, endpoints),
      overrides: { ...none, acceptedError: 0.01 },
    })
    expect(said.broken).toBeLessThan(margin(0.01, runs))
    expect(said.spread).toBeGreaterThan(0.95)
  })

  test.each([2, 3, 4, 20, 50])(
    '%i pods: almost every run with the default number of requests says so',
    (endpoints) => {
      const requests = requestsNeeded(endpoints, 1e-6, 'spread')
      const said = rates({
        runs: 2000,
        requests,
        endpoints,
        proxy: (random) => uniform(random, endpoints),
        overrides: none,
      })
      expect(said.spread).toBeGreaterThan(0.997)
      expect(said.sticky + said.broken).toBe(0)
    },
  )

  test.each([2, 3, 4, 20, 50])(
    '%i pods: affinity that does not work at all is called spread',
    (endpoints) => {
      const requests = requestsNeeded(endpoints, 1e-6)
      const said = rates({ runs: 2000, requests, endpoints, proxy: (random) => uniform(random, endpoints) })
      expect(said.spread).toBeGreaterThan(0.975)
      expect(said.sticky + said.inconclusive).toBe(0)
    },
  )

  test.each([2, 3, 50])('%i pods in turn: round robin is spread', (endpoints) => {
    for (const overrides of [none, {}]) {
      const proxy = (random: Random): Proxy => roundRobin(random, endpoints)
      expect(rates({ runs: 50, requests: 21, endpoints, proxy, overrides }).spread).toBeCloseTo(1)
    }
  })

  test.each([[[3, 1]], [[5, 1, 1]], [[10, 5, 2, 1]]])('weights %j are spread', (weights) => {
    const said = rates({
      runs: 100,
      requests: 120,
      endpoints: weights.length,
      proxy: (random) => weighted(random, weights),
      overrides: none,
    })
    expect(said.spread).toBeGreaterThan(0.985)
    expect(said.broken + said.sticky).toBe(0)
  })
})

describe('a Service that sticks', () => {
  test.each([2, 3, 10, 50])('%i pods: every run says so', (endpoints) => {
    const requests = requestsNeeded(endpoints, 1e-6)
    const proxy = (random: Random): Proxy => slipping(random, endpoints, 0)
    expect(rates({ runs: 200, requests, endpoints, proxy }).sticky).toBeCloseTo(1)
    expect(rates({ runs: 200, requests, endpoints, proxy, overrides: none }).sticky).toBeCloseTo(1)
  })

  test('through two nodes with a table each: sticky only when both hold the same pod', () => {
    const said = rates({ runs: 2000, requests: 40, endpoints: 4, proxy: (random) => twoNodes(random, 4) })
    expect(said.sticky).toBeLessThan(margin(0.25, 2000))
    expect(said.spread + said.broken).toBeGreaterThan(0.72)
  })
})

describe('affinity that slips', () => {
  // A slip picks again, and hits the same pod with probability 1/k: only (1 − 1/k) of them can be seen.
  test.each([2, 3, 10])(
    '%i pods, every fifth pick: is called sticky only when no slip could be seen',
    (endpoints) => {
      const requests = requestsNeeded(endpoints, 1e-6)
      const said = rates({
        runs: 2000,
        requests,
        endpoints,
        proxy: (random) => slipping(random, endpoints, 0.2),
      })
      const unseen = (1 - 0.2 * (1 - 1 / endpoints)) ** (requests - 1)
      expect(said.sticky).toBeLessThan(margin(unseen, 2000))
      // Everything else is a verdict that differs from the configuration, by whichever name.
      expect(said.inconclusive).toBe(0)
      expect(said.broken).toBeGreaterThan(0.4)
    },
  )

  test('rare slips are found in longer runs', () => {
    const said = rates({
      runs: 200,
      requests: 1000,
      endpoints: 3,
      proxy: (random) => slipping(random, 3, 0.02),
    })
    expect(said).toMatchObject({ sticky: 0, spread: 0 })
  })

  test('where a Service should spread, a dependence is found with some hundred requests', () => {
    const said = rates({
      runs: 200,
      requests: 300,
      endpoints: 2,
      proxy: (random) => slipping(random, 2, 0.5),
      overrides: none,
    })
    expect(said.broken).toBeGreaterThan(0.97)
  })
})
