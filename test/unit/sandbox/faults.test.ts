import { expect, test } from 'vitest'
import { parseFault } from '../../../src/sandbox/faults.ts'

test('faults are read with their time and length', () => {
  expect(parseFault('api-disconnect@5s:3s')).toStrictEqual({ kind: 'api-disconnect', at: 5, lasts: 3 })
  expect(parseFault('api-disconnect')).toStrictEqual({ kind: 'api-disconnect', at: 0, lasts: 3 })
  expect(parseFault('429@0.5')).toStrictEqual({ kind: '429', at: 0.5, lasts: Infinity })
  expect(parseFault('slow-api:10')).toStrictEqual({ kind: 'slow-api', at: 0, lasts: 10 })
})

test('an unknown fault names those that there are', () => {
  for (const text of ['nonsense', 'evict@', 'evict@5m', '', 'toString']) {
    expect(() => parseFault(text)).toThrow(`unknown fault "${text}"`)
  }
})
