import { expect, test } from 'vitest'
import type { ProbeEvent } from '../../../../../src/model/probe/probe-event.ts'
import { createEventWriter } from '../../../../../src/report/probe/live/event-writer.ts'

const move = (number: number, more: Partial<ProbeEvent & { type: 'switch' }> = {}): ProbeEvent => ({
  type: 'switch',
  atMs: number,
  number,
  from: { letter: 'A', kind: 'pod', name: 'web-1' },
  to: { letter: 'B', kind: 'pod', name: 'web-\u001b[31m2' },
  ...more,
})
const change = { atMs: 5, kind: 'terminating', address: '10.0.0.1', pod: 'web-1' } as const
/** 14:03:07 wherever the test runs. */
const at = new Date(2026, 0, 2, 14, 3, 7)

function written(format: 'json' | 'text', events: [ProbeEvent, Date][]): string[] {
  const lines: string[] = []
  const writer = createEventWriter(format, (line) => lines.push(line))
  for (const [event, when] of events) writer.write(event, when)
  writer.flush()
  return lines
}

test('events in words', () => {
  expect(
    written('text', [
      [{ type: 'endpoint', atMs: 5, change }, at],
      [move(812, { explanation: { kind: 'endpoint-gone', change } }), at],
      [move(813, { explanation: { kind: 'timeout-expired', silentMs: 6500 } }), at],
      [move(814), at],
      [move(815, { session: 1, isRehashed: true }), at],
      [move(816, { client: 0, entry: 2, session: 0 }), at],
      [move(817, { client: -1 }), at],
      [move(818, { explanation: { kind: 'age-reached', ageMs: 6500 } }), at],
      [move(819, { explanation: { kind: 'cookie-ended', cookie: 'sid', ageMs: 6500 } }), at],
    ]),
  ).toEqual([
    '14:03:07  endpoint web-1 terminating',
    '14:03:07  A web-1 → B web-^[[31m2   request 812, A terminating',
    '14:03:07  A web-1 → B web-^[[31m2   request 813, after 6.5s without an answer',
    '14:03:07  A web-1 → B web-^[[31m2   request 814, nothing explains it',
    '14:03:07  user 2: A web-1 → B web-^[[31m2   request 815, A had not gone, the hash moved it',
    '14:03:07  user 1 of client 0 at entry 2: A web-1 → B web-^[[31m2   request 816, nothing explains it',
    '14:03:07  this machine: A web-1 → B web-^[[31m2   request 817, nothing explains it',
    '14:03:07  A web-1 → B web-^[[31m2   request 818, 6.5s after A was picked',
    '14:03:07  A web-1 → B web-^[[31m2   request 819, the cookie sid had ended, 6.5s after it was given',
  ])
})

test('no more lines in a second than people read, endpoints first', () => {
  const later = new Date(at.getTime() + 1000)
  const many = Array.from({ length: 50 }, (_, index): [ProbeEvent, Date] => [move(index), at])
  const lines = written('text', [...many, [{ type: 'endpoint', atMs: 5, change }, at], [move(51), later]])
  expect(lines).toHaveLength(13)
  expect(lines[10]).toBe('14:03:07  endpoint web-1 terminating')
  expect(lines[11]).toBe('… and 40 more switches within a second')
})

test('every event as an object of its own', () => {
  const lines = written(
    'json',
    Array.from({ length: 50 }, (_, index) => [move(index), at]),
  )
  expect(lines).toHaveLength(50)
  expect(JSON.parse(lines[7]!)).toEqual({
    apiVersion: 'affinity.kubectl.dev/v1',
    kind: 'ProbeEvent',
    time: at.toISOString(),
    ...move(7),
  })
  expect(lines.join('')).not.toContain('\u001b')
})
