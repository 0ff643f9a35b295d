import { describe, expect, test } from 'vitest'
import type { Backend } from '../../../src/model/backend.ts'
import type { ProbeEvent } from '../../../src/model/probe-event.ts'
import type { EndpointChange } from '../../../src/model/probe-result.ts'
import { EventObserver } from '../../../src/probe/events.ts'

const a: Backend = { letter: 'A', kind: 'pod', name: 'web-1' }
const b: Backend = { letter: 'B', kind: 'pod', name: 'web-2' }

const moved = (number: number, atMs: number) => ({ number, atMs, previousMs: atMs - 10, from: a, to: b })
const gone = (atMs: number): EndpointChange => ({
  atMs,
  kind: 'terminating',
  address: '10.0.0.1',
  pod: 'web-1',
})

function observe(tellsSwitches = true, endpoints = 2) {
  let indistinct = 0
  const said: (ProbeEvent & { second: number })[] = []
  let clock = 100_000
  const observer = new EventObserver(
    (event, at) => said.push({ ...event, second: at.getTime() / 1000 }),
    () => clock,
    { tellsSwitches, endpoints, onIndistinct: () => (indistinct += 1) },
  )
  return {
    said,
    observer,
    timesIndistinct: () => indistinct,
    /** So long after the first request, which was 100 s after the epoch. */
    pass: (nowMs: number, changes: EndpointChange[] = []) => {
      clock = 100_000 + nowMs
      observer.onTime(nowMs, changes)
    },
  }
}

describe('what happens', () => {
  test('is said at once where its reason is known', () => {
    const { said, observer, pass } = observe()
    pass(900)
    const change = gone(950)
    observer.onChanges([change])
    observer.onSwitch(moved(7, 1000))
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
    const { said, observer, pass } = observe()
    observer.onSwitch(moved(7, 1000))
    observer.onSwitch({ ...moved(8, 1100), silentMs: 6000 })
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
    const { said, observer, pass } = observe()
    observer.onSwitch(moved(7, 1000))
    pass(3001)
    expect(said).toMatchObject([{ number: 7 }])
    expect(said[0]).not.toHaveProperty('explanation')
    observer.onSwitch(moved(9, 3100))
    observer.finish()
    expect(said).toHaveLength(2)
  })

  test('does not fill the memory, and loses nothing', () => {
    const { said, observer, pass } = observe()
    for (let number = 1; number <= 5000; number++) {
      observer.onSwitch(moved(number, 1000))
      pass(1000)
    }
    expect(said.length).toBeGreaterThan(4500)
    observer.finish()
    expect(said.map((event) => event.type === 'switch' && event.number)).toEqual(
      Array.from({ length: 5000 }, (_, index) => index + 1),
    )
  })

  test('is no switch where switches are the rule', () => {
    const { said, observer } = observe(false)
    observer.onSwitch(moved(1, 10))
    observer.onChanges([gone(20)])
    observer.finish()
    expect(said.map(({ type }) => type)).toEqual(['endpoint'])
  })

  test('is not said where answers that name nobody differ more than there are endpoints', () => {
    const { said, observer, pass, timesIndistinct } = observe()
    const answer = (number: number): Backend => ({ letter: '+', kind: 'anonymous', name: `NOW: ${number}` })
    for (let number = 2; number < 20; number += 1)
      observer.onSwitch({ ...moved(number, number * 20), from: answer(number - 1), to: answer(number) })
    pass(60_000)
    expect(said).toEqual([])
    expect(timesIndistinct()).toBe(1)
  })

  test('an endpoint that is added may give an answer of its own', () => {
    const { said, observer, pass, timesIndistinct } = observe(true, 1)
    const change: EndpointChange = { atMs: 500, kind: 'added', address: '10.0.0.2', pod: 'web-2' }
    observer.onChanges([change])
    const first: Backend = { letter: 'A', kind: 'anonymous', name: 'one' }
    const second: Backend = { letter: 'B', kind: 'anonymous', name: 'two' }
    observer.onSwitch({ ...moved(9, 1000), from: first, to: second })
    pass(60_000, [change])
    expect(said.map(({ type }) => type)).toEqual(['endpoint', 'switch'])
    expect(timesIndistinct()).toBe(0)
  })
})
