import { describe, expect, test } from 'vitest'
import type { Backend } from '../../../src/model/probe/backend.ts'
import type { ProbeEvent } from '../../../src/model/probe/probe-event.ts'
import type { EndpointChange } from '../../../src/model/probe/results/probe-result.ts'
import { EventMaker } from '../../../src/probe/events.ts'
import type { Observed } from '../../../src/probe/steps.ts'
import type { SwitchRecord } from '../../../src/probe/count/tally/switches.ts'

const a: Backend = { letter: 'A', kind: 'pod', name: 'web-1' }
const b: Backend = { letter: 'B', kind: 'pod', name: 'web-2' }

const moved = (number: number, atMs: number) => ({ number, atMs, previousMs: atMs - 10, from: a, to: b })
const gone = (atMs: number): EndpointChange => ({
  atMs,
  kind: 'terminating',
  address: '10.0.0.1',
  pod: 'web-1',
})

function observe(
  expected: 'sticky' | 'spread' = 'sticky',
  { endpoints = 2, clients = 1, entries = 1, users = 0, isHashed = false } = {},
) {
  const notes: string[] = []
  const said: (ProbeEvent & { second: number })[] = []
  let clock = 100_000
  const events = new EventMaker(
    (event, at) => said.push({ ...event, second: at.getTime() / 1000 }),
    () => clock,
    (text) => notes.push(text),
  )
  events.take({ kind: 'planned', expected, endpoints, clients, entries, users, isHashed })
  const pending: Observed[] = []
  return {
    said,
    notes,
    events,
    move: (switched: SwitchRecord, client = 0, more: Partial<Observed> = {}) => {
      const { number, atMs } = switched
      const observation = {
        number,
        target: 0,
        atMs,
        latencyMs: 1,
        outcome: 'answered',
        newConnection: true,
      } as const
      pending.push({ client, entry: 0, session: 0, observation, switched, ...more })
    },
    change: (change: EndpointChange) => events.take({ kind: 'endpoints', changes: [change] }),
    /** So long after the first request, which was 100 s after the epoch. */
    pass: (nowMs: number, changes: EndpointChange[] = []) => {
      clock = 100_000 + nowMs
      events.take({ kind: 'observed', nowMs, seen: pending.splice(0), changes })
    },
  }
}

describe('what happens', () => {
  test('is said at once where its reason is known', () => {
    const { said, move, change: tell, pass } = observe()
    pass(900)
    const change = gone(950)
    tell(change)
    move(moved(7, 1000))
    pass(1010, [change])
    expect(said).toEqual([
      { type: 'endpoint', atMs: 950, change, second: 100.95 },
      {
        type: 'switch',
        number: 7,
        atMs: 1000,
        from: a,
        to: b,
        explanation: { kind: 'endpoint-gone', change },
        second: 101,
      },
    ])
  })

  test('waits for news of the endpoints that may explain it, in its place', () => {
    const { said, move, pass } = observe()
    move(moved(7, 1000))
    move({ ...moved(8, 1100), silentMs: 6000 })
    pass(2900)
    expect(said).toEqual([])
    const change = gone(2900)
    pass(2950, [change])
    expect(said).toMatchObject([
      { number: 7, explanation: { kind: 'endpoint-gone' } },
      { number: 8, explanation: { kind: 'endpoint-gone' } },
    ])
  })

  test('is said without a reason once none can come, and at the end', () => {
    const { said, events, move, pass } = observe()
    move(moved(7, 1000))
    pass(3001)
    expect(said).toMatchObject([{ number: 7 }])
    expect(said[0]).not.toHaveProperty('explanation')
    move(moved(9, 3100))
    pass(3110)
    events.finish()
    expect(said).toHaveLength(2)
  })

  test('does not fill the memory, and loses nothing', () => {
    const { said, events, move, pass } = observe()
    for (let number = 1; number <= 5000; number++) {
      move(moved(number, 1000))
      pass(1000)
    }
    expect(said.length).toBeGreaterThan(4500)
    events.finish()
    expect(said.map((event) => event.type === 'switch' && event.number)).toEqual(
      Array.from({ length: 5000 }, (_, index) => index + 1),
    )
  })

  test('is no switch where switches are the rule', () => {
    const { said, events, move, change, pass } = observe('spread')
    move(moved(1, 10))
    pass(15)
    change(gone(20))
    events.finish()
    expect(said.map(({ type }) => type)).toEqual(['endpoint'])
  })

  test('is not said where answers that name nobody differ more than there are endpoints', () => {
    const { said, notes, move, pass } = observe()
    const answer = (number: number): Backend => ({ letter: '+', kind: 'anonymous', name: `NOW: ${number}` })
    for (let number = 2; number < 20; number += 1)
      move({ ...moved(number, number * 20), from: answer(number - 1), to: answer(number) })
    pass(60_000)
    expect(said).toEqual([])
    expect(notes).toEqual([expect.stringContaining('do not say which pod')])
  })

  test('an endpoint that is added may give an answer of its own', () => {
    const { said, notes, move, change: tell, pass } = observe('sticky', { endpoints: 1 })
    const change: EndpointChange = { atMs: 500, kind: 'added', address: '10.0.0.2', pod: 'web-2' }
    tell(change)
    const first: Backend = { letter: 'A', kind: 'anonymous', name: 'one' }
    const second: Backend = { letter: 'B', kind: 'anonymous', name: 'two' }
    move({ ...moved(9, 1000), from: first, to: second })
    pass(60_000, [change])
    expect(said.map(({ type }) => type)).toEqual(['endpoint', 'switch'])
    expect(notes).toEqual([])
  })

  test('is said with the client and the entry where there are several', () => {
    const { said, events, move, pass } = observe('sticky', { clients: 4, entries: 2 })
    move(moved(7, 1000), 3)
    pass(1010)
    events.finish()
    expect(said).toMatchObject([{ type: 'switch', client: 3, entry: 0 }])
    expect(said[0]).not.toHaveProperty('session')
  })

  test('is said of users with a jar, and not of who is meant to move', () => {
    const { said, events, move, pass } = observe('sticky', { users: 2 })
    move(moved(7, 1000), 0, { session: 1 })
    move(moved(8, 1001), 0, { session: 2, isLoose: true })
    pass(1010)
    events.finish()
    expect(said).toMatchObject([{ type: 'switch', session: 1 }])
    expect(said[0]).not.toHaveProperty('client')
    expect(said[0]).not.toHaveProperty('entry')
  })

  test('is of the hash where other endpoints came or went, and of nobody where none did', () => {
    const other = { ...gone(950), address: '10.0.0.9', pod: 'web-9' }
    for (const [isHashed, changes, expected] of [
      [true, [other], true],
      [true, [], undefined],
      [false, [other], undefined],
    ] as const) {
      const { said, events, move, pass } = observe('sticky', { users: 1, isHashed })
      move(moved(7, 1000))
      pass(1010, [...changes])
      events.finish()
      expect(said[0]).toMatchObject({ type: 'switch' })
      expect('isRehashed' in said[0]!).toBe(expected === true)
    }
  })
})
