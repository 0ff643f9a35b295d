import { expect, test } from 'vitest'
import type { Backend } from '../../../../src/model/probe/backend.ts'
import type { Observation } from '../../../../src/model/probe/observation.ts'
import type { BackendTally } from '../../../../src/model/probe/results/probe-result.ts'
import { Phases } from '../../../../src/probe/run/phases.ts'

const backendOf = (letter: string): Backend => ({ letter, kind: 'pod', name: `web-${letter}` })

const tallyOf = (letter: string): BackendTally => ({
  backend: backendOf(letter),
  hits: 1,
  share: 1,
  latency: { p50: 1, p90: 1, p99: 1, max: 1 },
  firstMs: 0,
  lastMs: 0,
  statuses: {},
})

/** 50 requests per second unless fewer, answered by A until `movesAt`, by B from then on; lines arrive 100 ms late. */
function simulate({
  untilMs,
  commandMs,
  movesAt = Infinity,
  changesAt = [],
  everyMs = 20,
  clients = 1,
  failsUntil = 0,
  otherFrom,
  otherUntil = Infinity,
}: {
  untilMs: number
  commandMs: number
  movesAt?: number
  changesAt?: number[]
  everyMs?: number
  clients?: number
  failsUntil?: number
  /** A second client asks from here on, and is gone from `otherUntil` on. */
  otherFrom?: number
  otherUntil?: number
}) {
  let startedAt: number | undefined
  const finished: number[] = []
  let now = 0
  const phases = new Phases({ start: () => (startedAt = now), finish: () => void finished.push(now) })
  const planned = {
    expected: 'sticky',
    endpoints: 2,
    clients,
    entries: 1,
    users: 0,
    isHashed: false,
  } as const
  phases.take({ kind: 'planned', ...planned })
  for (now = 0; now <= untilMs && finished.length === 0; now += everyMs) {
    if (startedAt !== undefined && now === startedAt + commandMs) phases.commandEnded()
    for (const atMs of changesAt) {
      if (atMs === now)
        phases.take({ kind: 'endpoints', changes: [{ atMs, kind: 'removed', address: '10.0.0.1' }] })
    }
    const atMs = now - 100
    if (atMs < 0) continue
    const letter = atMs < movesAt ? 'A' : 'B'
    const observation: Observation = {
      number: atMs / everyMs + 1,
      target: 0,
      atMs,
      latencyMs: 5,
      outcome: atMs === movesAt || atMs < failsUntil ? 'timeout' : 'answered',
      newConnection: true,
    }
    const backend = atMs === movesAt ? {} : { backend: backendOf(letter) }
    const seen = [{ client: 0, entry: 0, session: 0, observation, ...backend }]
    if (otherFrom !== undefined && atMs >= otherFrom && atMs < otherUntil)
      seen.push({ ...seen[0]!, client: 1 })
    phases.take({ kind: 'observed', nowMs: now, seen, changes: [] })
    if (atMs === otherUntil - 100) phases.take({ kind: 'ended', client: 1 })
  }
  return { ...phases.report(['A', 'B'].map(tallyOf)), startedAt, finishedAt: finished[0] }
}

test('a command runs when there is something before it, and after it the endpoints have to be still', () => {
  const { startedMs, endedMs, phases, finishedAt } = simulate({
    untilMs: 60_000,
    commandMs: 1000,
    movesAt: 4000,
    changesAt: [3500, 5000],
  })
  expect([startedMs, endedMs]).toEqual([3000, 3980])
  // Three seconds after the last change.
  expect(phases.map(({ name, fromMs }) => [name, fromMs])).toEqual([
    ['before', 0],
    ['during', 3000],
    ['after', 8000],
  ])
  expect(finishedAt).toBe(10_000)
  expect(phases.map(({ backends, failed }) => ({ backends, failed }))).toEqual([
    { backends: [{ letter: 'A', hits: 150 }], failed: 0 },
    {
      backends: [
        { letter: 'A', hits: 50 },
        { letter: 'B', hits: 199 },
      ],
      failed: 1,
    },
    { backends: [{ letter: 'B', hits: 96 }], failed: 0 },
  ])
})

test('a command that does not end is waited for', () => {
  const { endedMs, phases, finishedAt } = simulate({ untilMs: 20_000, commandMs: 1e6 })
  expect(endedMs).toBeUndefined()
  expect(finishedAt).toBeUndefined()
  expect(phases.map(({ name }) => name)).toEqual(['before', 'during'])
})

test('a run that ends early has no command', () => {
  const { startedAt, phases } = simulate({ untilMs: 1000, commandMs: 0 })
  expect(startedAt).toBeUndefined()
  expect(phases.map(({ name }) => name)).toEqual(['before'])
})

test('what is asked slowly is asked for longer before the command: the last two seconds tell little', () => {
  // The twentieth at 1900 ms, two seconds later, and its line 100 ms after that.
  expect(simulate({ untilMs: 60_000, commandMs: 1000, everyMs: 100 }).startedMs).toBe(3900)
})

test('what failed is made up for, and each client has its share', () => {
  const slow = { untilMs: 60_000, commandMs: 200, everyMs: 200 }
  const began = (more: object): number => simulate({ ...slow, ...more }).startedAt!
  const usual = began({})
  expect(began({ failsUntil: 2000 })).toBe(usual + 2000)
  expect(began({ clients: 2 })).toBe(usual + 20 * 200)
  // Nobody answers: it goes on all the same.
  expect(began({ failsUntil: Infinity })).toBe(usual + 40 * 200)
})

test('a client whose pod starts late has its share as well, and one that has ended is not waited for', () => {
  const run = (more: object) =>
    simulate({ untilMs: 60_000, commandMs: 200, everyMs: 200, clients: 2, ...more })
  // The twentieth of the other one at 5800 ms, two seconds later, and its line 100 ms after that.
  expect(run({ otherFrom: 2000 }).startedAt).toBe(8000)
  // Also where all together had enough before it came.
  expect(run({ everyMs: 20, otherFrom: 2000 }).startedAt).toBe(4380)
  const both = { startedAt: 6000, finishedAt: 13_000 }
  expect(run({ otherFrom: 0 })).toMatchObject(both)
  expect(run({ otherFrom: 0, otherUntil: 6400 })).toMatchObject(both)
})
