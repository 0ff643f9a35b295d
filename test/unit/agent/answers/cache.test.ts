import { expect, test } from 'vitest'
import { isFromCache } from '../../../../src/agent/answers/cache.ts'

test.each([
  ['age', '12', true],
  ['age', '0', false],
  ['x-cache', 'HIT', true],
  ['x-cache', 'MISS, HIT', true],
  ['x-cache', 'Hit from cloudfront', true],
  ['x-cache', 'TCP_MEM_HIT from a.lab', true],
  ['x-cache', 'Miss from cloudfront', false],
  ['cf-cache-status', 'HIT', true],
  ['cf-cache-status', 'DYNAMIC', false],
  ['cache-status', 'Edge; hit; ttl=30', true],
  ['cache-status', 'Edge; fwd=miss; stored', false],
  // Of what was stored, not of whether the pod was asked.
  ['x-cache-lookup', 'HIT from squid:3128', false],
  ['x-cache-hits', '0', false],
  ['cache-control', 'max-age=60', false],
  ['x-hit', 'hit', false],
])('%s: %s says that a cache answered: %s', (name, value, expected) => {
  expect(isFromCache([[name, value]])).toBe(expected)
})
