import { expect, test } from 'vitest'
import { journeyOf, mayShareCookies } from '../../../../src/probe/front/journey.ts'

const place = (hostName: string, path: string) => ({
  scheme: 'http' as const,
  hostName,
  path,
  policy: { kind: 'unknown' as const },
  address: '192.0.2.7',
  port: 80,
})

test('users come back to where a cookie of a later place may have come between', () => {
  const { places, isJourney } = journeyOf({
    places: [place('a.lab', '/app1'), place('b.test', '/'), place('a.lab', '/app2')],
  })
  expect(isJourney).toBe(true)
  expect(places.map(({ hostName, path, again }) => [hostName, path, again])).toEqual([
    ['a.lab', '/app1', undefined],
    ['b.test', '/', undefined],
    ['a.lab', '/app2', undefined],
    ['a.lab', '/app1', 0],
  ])
})

test('one place is no journey', () => {
  const front = { places: [place('a.lab', '/')] }
  expect(journeyOf(front)).toBe(front)
})

test.each([
  ['a.lab', 'A.lab:8080', true],
  ['a.shop.lab', 'b.shop.lab', true],
  ['shop.lab', 'b.shop.lab', true],
  ['a.lab', 'b.lab', false],
  ['a.lab', 'a.test', false],
])('%s and %s may share cookies: %s', (one, other, expected) => {
  expect(mayShareCookies(one, other)).toBe(expected)
})
