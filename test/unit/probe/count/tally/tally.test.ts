import { array, assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Observation } from '../../../../../src/model/probe/observation.ts'
import type { Expectation } from '../../../../../src/model/affinity/expectation.ts'
import { judge } from '../../../../../src/judge/run/judge.ts'
import { EndpointHistory } from '../../../../../src/probe/count/endpoints/history.ts'
import { Histogram } from '../../../../../src/probe/count/tally/histogram.ts'
import type { RecognisedBackend } from '../../../../../src/probe/count/recognise.ts'
import type { TallyResult } from '../../../../../src/probe/count/tally/tally.ts'
import { Tally } from '../../../../../src/probe/count/tally/tally.ts'
import { pod } from '../../endpoints.ts'

const none: Expectation = { behaviour: 'spread', because: 'it is configured' }
const fiveSeconds: Expectation = { behaviour: 'sticky', idleMs: 5000, because: 'it is configured' }
const steady = (eligible = 3): EndpointHistory =>
  new EndpointHistory([pod('A', 1), pod('B', 2), pod('C', 3)], eligible)

const answerOf = (letter: string): RecognisedBackend =>
  letter === letter.toLowerCase()
    ? { key: `answer ${letter}`, kind: 'anonymous', name: letter, by: 'anonymous', source: 'none' }
    : { key: `pod ${letter}`, kind: 'pod', name: letter, by: 'pod-name', source: 'body' }

/** One request per character: a capital is a pod, a small letter an anonymous answer, `?` nobody, `!` a failure, `_` lost. */
function run(
  text: string,
  {
    expectation = none,
    intervalMs = 20,
    more = {},
  }: { expectation?: Expectation; intervalMs?: number; more?: Partial<Observation> } = {},
): Tally {
  const tally = new Tally(expectation)
  for (const [index, letter] of Array.from(text).entries()) {
    if (letter === '_') continue
    const observation: Observation = {
      number: index + 1,
      target: 0,
      atMs: index * intervalMs,
      latencyMs: 2,
      outcome: letter === '!' ? 'timeout' : 'answered',
      newConnection: true,
      ...more,
    }
    tally.add(observation, /[a-z]/i.test(letter) ? answerOf(letter) : undefined)
  }
  return tally
}

const letters = (result: TallyResult): string => result.timeline.map((cell) => cell.letter ?? '.').join('')

test('adds up a run', () => {
  const result = run('AAB?!A', { more: { status: 200 } }).result(steady())
  expect(result).toMatchObject({
    recognition: { by: 'pod-name', source: 'body', unrecognised: 1 },
    totals: { requests: 6, answered: 5, connections: 6, lost: 0, durationMs: 102 },
    outcomes: { answered: 5, timeout: 1 },
    switches: [
      { number: 3, atMs: 40, from: 'A', to: 'B' },
      { number: 6, atMs: 100, from: 'B', to: 'A' },
    ],
    evidence: {
      answers: 4,
      pickHits: [3, 1],
      switches: 2,
      unrecognised: 1,
      bindingPicks: [{ eligible: 3, picks: 3 }],
    },
  })
  expect(result.totals.requestsPerSecond).toBeCloseTo(6 / 0.102)
  expect(result.backends).toMatchObject([
    {
      backend: { letter: 'A', name: 'A' },
      hits: 3,
      share: 0.75,
      firstMs: 0,
      lastMs: 100,
      statuses: { 200: 3 },
    },
    { backend: { letter: 'B', name: 'B' }, hits: 1, share: 0.25, firstMs: 40, lastMs: 40 },
  ])
  expect(letters(result)).toBe('AAB..A')
})

test('counts the HTTP statuses of all answers, whoever gave them', () => {
  const { totals, backends } = run('AAB??', { more: { status: 404 } }).result(steady())
  expect(totals.statuses).toEqual({ 404: 5 })
  expect(backends.map(({ statuses }) => statuses)).toEqual([{ 404: 2 }, { 404: 1 }])
})

test('failures and unrecognised answers between two answers neither prove nor break', () => {
  const { evidence } = run('AA!!?A').result(steady())
  expect(evidence).toMatchObject({ switches: 0, bindingPicks: [{ picks: 2 }] })
})

test('an observation that comes again is not counted again', () => {
  const tally = run('AB')
  const again: Observation = {
    number: 2,
    target: 0,
    atMs: 20,
    latencyMs: 2,
    outcome: 'answered',
    newConnection: true,
  }
  tally.add(again, answerOf('B'))
  expect(tally.result(steady()).totals.requests).toBe(2)
})

test('what was lost is known by the numbers, and by what the agent says', () => {
  expect(run('AA__A').result(steady()).totals.lost).toBe(2)
  expect(run('AA__A').result(steady(), 9).totals.lost).toBe(6)
})

describe('connections that are kept open', () => {
  const kept = (numbers: readonly [letter: string, newConnection: boolean][]): TallyResult => {
    const tally = new Tally(none)
    for (const [index, [letter, newConnection]] of numbers.entries()) {
      const answered = { target: 0, latencyMs: 1, outcome: 'answered' as const, newConnection }
      tally.add({ ...answered, number: index + 1, atMs: index * 20 }, answerOf(letter))
    }
    return tally.result(steady())
  }

  test('only a new one is a pick', () => {
    const { evidence } = kept([
      ['A', true],
      ['A', false],
      ['A', false],
      ['B', true],
      ['B', false],
    ])
    expect(evidence).toMatchObject({
      answers: 5,
      pickHits: [1, 1],
      switches: 1,
      bindingPicks: [{ picks: 1 }],
    })
  })

  test('answers that several of them mix are no switches', () => {
    const { evidence } = kept([
      ['A', true],
      ['B', true],
      ['A', false],
      ['B', false],
      ['A', false],
    ])
    expect(evidence).toMatchObject({ switches: 1, perRequest: false })
  })

  test('one only tells nothing about picks', () => {
    const { evidence } = kept([
      ['A', true],
      ['A', false],
      ['A', false],
    ])
    const verdict = judge({
      ...evidence,
      expectation: none,
      acceptedError: 1e-6,
      interrupted: false,
      unheard: [],
    })
    expect(verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'one-connection' })
  })

  test('unless something picks for every request', () => {
    const { evidence } = kept([
      ['A', true],
      ['B', false],
      ['A', false],
      ['A', false],
    ])
    expect(evidence).toMatchObject({ perRequest: true, pickHits: [3, 1], switches: 2 })
  })
})

describe('silence', () => {
  test('longer than the timeout explains a switch, and makes a pick free', () => {
    const result = run('AAABBA', { expectation: fiveSeconds, intervalMs: 6000 }).result(steady())
    expect(result.switches.map((one) => one.explanation?.kind)).toEqual([
      'timeout-expired',
      'timeout-expired',
    ])
    expect(result.evidence).toMatchObject({ expiredSwitches: 2, bindingPicks: [] })
  })

  test('shorter than the timeout explains nothing', () => {
    const { evidence } = run('AAABBA', { expectation: fiveSeconds, intervalMs: 4000 }).result(steady())
    expect(evidence).toMatchObject({ expiredSwitches: 0, bindingPicks: [{ picks: 5 }] })
  })

  test('is one while requests are made that get no answer or are lost, as no proxy may have seen them', () => {
    for (const text of ['A!!!!B', 'A____B']) {
      const { evidence } = run(text, { expectation: fiveSeconds, intervalMs: 1000 }).result(steady())
      expect(evidence).toMatchObject({ switches: 1, expiredSwitches: 1, bindingPicks: [] })
    }
  })

  test('is none while those of nobody known are answered', () => {
    const { evidence } = run('A????B', { expectation: fiveSeconds, intervalMs: 1000 }).result(steady())
    expect(evidence).toMatchObject({ switches: 1, expiredSwitches: 0 })
  })

  test('lasts until the answer, which may be when the proxy saw the connection', () => {
    const slow: readonly Timed[] = [
      ['A', 0, 2],
      ['B', 20, 5200],
    ]
    expect(timed(fiveSeconds, slow)).toMatchObject({ expiredSwitches: 1, bindingPicks: [] })
    const quick: readonly Timed[] = [
      ['A', 0, 2],
      ['B', 4000, 700],
    ]
    expect(timed(fiveSeconds, quick)).toMatchObject({ expiredSwitches: 0 })
  })

  test('begins with a connection that was surely there before, of those that overlap', () => {
    // The second may have come to the proxy after the third.
    const overlapping: readonly Timed[] = [
      ['A', 0, 2],
      ['A', 1000, 4200],
      ['B', 4950, 2],
    ]
    expect(timed(fiveSeconds, overlapping)).toMatchObject({ expiredSwitches: 1 })
    const inTurn: readonly Timed[] = [
      ['A', 0, 2],
      ['A', 1000, 3900],
      ['B', 4950, 2],
    ]
    expect(timed(fiveSeconds, inTurn)).toMatchObject({ expiredSwitches: 0 })
  })

  test('may be shorter by what the clock of the proxy is early', () => {
    const gap: readonly Timed[] = [
      ['A', 0, 2],
      ['B', 4000, 2],
    ]
    expect(timed(fiveSeconds, gap)).toMatchObject({ expiredSwitches: 0 })
    expect(timed({ ...fiveSeconds, earlyMs: 1000 }, gap)).toMatchObject({ expiredSwitches: 1 })
  })
})

describe('the age of a pick', () => {
  const absolute = { ...fiveSeconds, isAbsolute: true }

  test('explains a switch where the time may count from the first connection', () => {
    const text = 'AAAAAABBBBBBA'
    const kindsOf = (expectation: Expectation): (string | undefined)[] =>
      run(text, { expectation, intervalMs: 1000 })
        .result(steady())
        .switches.map(({ explanation }) => explanation?.kind)
    expect(kindsOf(fiveSeconds)).toEqual([undefined, undefined])
    expect(kindsOf(absolute)).toEqual(['age-reached', 'age-reached'])
  })

  test('counts from the last switch, and not before it is old enough', () => {
    const { evidence } = run('AAAAAABBBA', { expectation: absolute, intervalMs: 1000 }).result(steady())
    expect(evidence).toMatchObject({ switches: 2, expiredSwitches: 1 })
  })

  test('makes the picks free that come later', () => {
    const { evidence } = run('AAAAAAAAAA', { expectation: absolute, intervalMs: 1000 }).result(steady())
    expect(evidence).toMatchObject({ expiredSwitches: 0, bindingPicks: [{ picks: 4 }] })
  })
})

/** Who answered, when it was asked, and how long it took. */
type Timed = readonly [letter: string, atMs: number, latencyMs: number]

function timed(expectation: Expectation, requests: readonly Timed[]): TallyResult['evidence'] {
  const tally = new Tally(expectation)
  for (const [index, [letter, atMs, latencyMs]] of requests.entries()) {
    const rest = { target: 0, outcome: 'answered', newConnection: true } as const
    tally.add({ ...rest, number: index + 1, atMs, latencyMs }, answerOf(letter))
  }
  return tally.result(steady()).evidence
}

describe('anonymous answers', () => {
  test('are backends where nothing has a name', () => {
    const result = run('aab').result(steady())
    expect(result.recognition).toEqual({ by: 'anonymous', unrecognised: 0 })
    expect(result.evidence).toMatchObject({ anonymous: 'guessed', pickHits: [2, 1], switches: 1 })
  })

  test('are unrecognised, also in hindsight, once an answer has a name', () => {
    const result = run('abAAcA').result(steady())
    expect(result.recognition).toEqual({ by: 'pod-name', source: 'body', unrecognised: 3 })
    expect(result.evidence).toMatchObject({ anonymous: false, pickHits: [3], switches: 0 })
    expect(result.backends.map(({ backend }) => backend.letter)).toEqual(['A'])
    expect(letters(result)).toBe('..AA.A')
  })

  test('that never repeat do not fill the memory', () => {
    const tally = new Tally(none)
    for (let number = 1; number <= 10_000; number++) {
      const answered = {
        number,
        target: 0,
        atMs: number,
        latencyMs: 1,
        outcome: 'answered' as const,
        newConnection: true,
      }
      tally.add(answered, {
        key: `answer ${number}`,
        kind: 'anonymous',
        name: 'x',
        by: 'anonymous',
        source: 'none',
      })
    }
    const { backends, evidence } = tally.result(steady())
    expect(backends).toHaveLength(65)
    expect(backends.at(-1)).toMatchObject({ backend: { letter: '+', name: 'all others' }, hits: 9936 })
    expect(evidence.switches).toBe(9999)
    const verdict = judge({
      ...evidence,
      expectation: none,
      acceptedError: 1e-6,
      interrupted: false,
      unheard: [],
    })
    expect(verdict).toMatchObject({ reason: 'backends-not-told-apart' })
  })
})

test('endpoints that come and go decide how much a pick proves', () => {
  const history = steady(3)
  history.update(10_000, [pod('A', 1)], 1)
  history.update(20_000, [pod('A', 1), pod('B', 2)], 2)
  const groups = run('A'.repeat(31), { intervalMs: 1000 }).result(history).evidence.bindingPicks
  const picks = new Map(groups.map((group) => [group.eligible, group.picks]))
  // Two seconds around each change count as the smaller number.
  expect([picks.get(3), picks.get(1), picks.get(2)]).toEqual([7, 14, 9])
})

test('a pod that is deleted in the middle does not break affinity', () => {
  const history = steady(3)
  history.update(1000, [pod('A', 1, { ready: false, terminating: true }), pod('B', 2), pod('C', 3)], 2)
  const { evidence, switches } = run(`${'A'.repeat(55)}${'B'.repeat(145)}`).result(history)
  expect(switches).toMatchObject([
    { number: 56, explanation: { kind: 'endpoint-gone', change: { kind: 'terminating' } } },
  ])
  const verdict = judge({
    ...evidence,
    expectation: fiveSeconds,
    acceptedError: 1e-6,
    interrupted: false,
    unheard: [],
  })
  expect(verdict).toMatchObject({ behaviour: 'sticky', result: 'as-expected', explainedSwitches: 1 })
})

test('where all pods end at once, those that go on are picked anew, and nobody is held', () => {
  const history = steady(3)
  const ending = ['A', 'B', 'C'].map((name, index) =>
    pod(name, index + 1, { ready: false, terminating: true }),
  )
  // Proxies of a Service go on with those that end.
  history.update(4000, ending, 3)
  const { evidence, switches } = run(`${'A'.repeat(200)}BACBABC`).result(history)
  expect(switches.map(({ explanation }) => explanation?.kind)).toEqual(switches.map(() => 'endpoint-gone'))
  expect(evidence).toMatchObject({ goneSwitches: 0, expiredSwitches: 7 })
  const judged = { expectation: fiveSeconds, acceptedError: 1e-6, interrupted: false, unheard: [] }
  expect(judge({ ...evidence, ...judged })).toMatchObject({ behaviour: 'sticky', explainedSwitches: 7 })
})

describe('a long run', () => {
  test('has a coarser timeline that loses no request, failure or switch', () => {
    assert(
      property(
        array(constantFrom('A', 'B', '!', '?'), { maxLength: 60 }),
        integer({ min: 1, max: 400 }),
        (part, times) => {
          const result = run(part.join('').repeat(times)).result(steady())
          const sum = (key: 'requests' | 'failures' | 'switches'): number =>
            result.timeline.reduce((total, cell) => total + cell[key], 0)
          expect(result.timeline.length).toBeLessThanOrEqual(4096)
          expect(sum('requests')).toBe(result.totals.requests)
          expect(sum('failures')).toBe(result.outcomes.timeout ?? 0)
          expect(sum('switches')).toBe(result.evidence.switches)
          for (const [index, cell] of result.timeline.entries()) {
            expect(cell.fromMs).toBeGreaterThanOrEqual(result.timeline[index - 1]?.fromMs ?? 0)
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  test('a cell of several backends has no letter', () => {
    const result = run(`${'A'.repeat(5000)}${'B'.repeat(4999)}A`).result(steady())
    expect(result.timeline).toHaveLength(2500)
    expect(new Set(letters(result))).toEqual(new Set(['A', 'B', '.']))
    expect(letters(result)).toMatch(/^A{1250}B{1249}\.$/)
  })
})

describe('Histogram', () => {
  test('percentiles are at most 2 % too high and never too low', () => {
    assert(
      property(array(integer({ min: 10, max: 1e9 }), { minLength: 1, maxLength: 200 }), (microseconds) => {
        const histogram = new Histogram()
        const values = microseconds.map((value) => value / 1000).sort((one, other) => one - other)
        for (const value of values) histogram.add(value)
        const { p50, p90, p99, max } = histogram.latency()
        for (const [share, found] of [
          [0.5, p50],
          [0.9, p90],
          [0.99, p99],
          [1, max],
        ] as const) {
          const exact = values[Math.ceil(values.length * share) - 1] ?? 0
          expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
          expect(found).toBeLessThanOrEqual(exact * 1.02 * (1 + 1e-9))
        }
      }),
    )
  })

  test('holds nothing, zero and absurd values', () => {
    const histogram = new Histogram()
    expect(histogram.latency()).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 })
    histogram.add(0)
    histogram.add(-1)
    histogram.add(1e15)
    expect(histogram.latency()).toMatchObject({ p50: 0.01, max: 1e15 })
  })
})
