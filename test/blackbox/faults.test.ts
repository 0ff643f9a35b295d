import { afterAll, beforeAll, expect, test } from 'vitest'
import { behaviours } from '../faults/behaviours.ts'
import { Place } from '../faults/place.ts'
import { askBehaviour } from '../faults/servers.ts'

// The short form of `npm run test:faults`: one application of each kind.
const some = ['name amid zeros', 'the same', 'reset', 'HTTP/2 only']

let place: Place
beforeAll(async () => {
  place = await Place.start()
})
afterAll(async () => await place.stop())

// They mostly wait for pods: together they take little more than one.
test.concurrent.each(behaviours.filter(({ name }) => some.includes(name)))(
  'no verdict is wrong of an application with: $name',
  async (behaviour) => {
    const outcomes = await askBehaviour(place, behaviour)
    expect(outcomes).toHaveLength(2)
    for (const { what, wrong } of outcomes) expect(wrong, what).toBeUndefined()
  },
)

test('there are at least 70', () => {
  expect(new Set(behaviours.map(({ name }) => name)).size).toBeGreaterThanOrEqual(70)
  expect(behaviours.filter(({ name }) => some.includes(name))).toHaveLength(some.length)
})
