import { expect, test } from 'vitest'
import { NodeClock } from '../../../../src/probe/run/clock.ts'

test('before any line the clocks are taken for the same', () => {
  expect(new NodeClock(1000).sinceStart(1500)).toBe(500)
})

test('the least delayed line sets how far our clock is ahead', () => {
  const clock = new NodeClock(1000)
  // Our clock is 5000 ahead; lines take 300, 20 and 100 ms.
  clock.heard(1000 + 5000 + 300, 0)
  clock.heard(1000 + 5000 + 100 + 20, 100)
  clock.heard(1000 + 5000 + 200 + 100, 200)
  expect(clock.sinceStart(1000 + 5000 + 400)).toBe(380)
})

test('a clock that is behind', () => {
  const clock = new NodeClock(10_000)
  clock.heard(10_000 - 3000 + 10, 0)
  expect(clock.sinceStart(7500)).toBe(490)
})
