import { describe, expect, test } from 'vitest'
import type { ProxyMode } from '../../../src/sandbox/choices.ts'
import { affinityRules, AffinityTable } from '../../../src/sandbox/network/affinity.ts'

const endpoints = ['a', 'b', 'c']

/** A table whose dice always show the next endpoint, so that every new choice can be seen. */
function tableOf(mode: ProxyMode) {
  const table = new AffinityTable(affinityRules[mode])
  let rolls = 0
  const random = (): number => (rolls++ % 3) / 3
  return {
    table,
    at: (seconds: number, client = '10.0.0.1', among = endpoints) =>
      table.choose(client, among, { timeoutSeconds: 5, nowMs: seconds * 1000, random }),
  }
}

describe('affinity of the proxies', () => {
  for (const mode of ['iptables', 'nftables'] as const) {
    test(`${mode}: each new connection starts the time again`, () => {
      const { at } = tableOf(mode)
      expect([0, 4, 8, 12].map((seconds) => at(seconds))).toStrictEqual(['a', 'a', 'a', 'a'])
      expect(at(16.999)).toBe('a')
      expect(at(21.999)).toBe('b')
    })
  }

  test('cilium: the time begins with the second in which a connection was made', () => {
    const { at } = tableOf('cilium')
    expect([0.9, 4.99, 8.99, 13].map((seconds) => at(seconds))).toStrictEqual(['a', 'a', 'a', 'b'])
    const { at: near } = tableOf('cilium')
    // 4.1 s later it is gone, and 4.9 s later it is not.
    expect([0.9, 5, 9.9].map((seconds) => near(seconds))).toStrictEqual(['a', 'b', 'b'])
  })

  test.each(['antrea', 'ovn'] as const)('%s: who is over time goes at the next whole second', (mode) => {
    const { at } = tableOf(mode)
    expect([0.3, 5.9, 11.7].map((seconds) => at(seconds))).toStrictEqual(['a', 'a', 'b'])
  })

  test('antrea: the time runs from the first connection', () => {
    const { at } = tableOf('antrea')
    expect([0, 2, 4, 4.999, 5].map((seconds) => at(seconds))).toStrictEqual(['a', 'a', 'a', 'a', 'b'])
  })

  test.each(['ipvs', 'kube-router'] as const)(
    '%s: minute after minute while a connection is in TIME_WAIT',
    (mode) => {
      const { at } = tableOf(mode)
      expect([0, 4, 128.999, 308.998].map((seconds) => at(seconds))).toStrictEqual(['a', 'a', 'a', 'a'])
      expect(at(488.998)).toBe('b')
      const { at: once } = tableOf(mode)
      expect([0, 125].map((seconds) => once(seconds))).toStrictEqual(['a', 'b'])
    },
  )

  test('ipvs: a timeout that is longer than TIME_WAIT is kept', () => {
    const table = new AffinityTable(affinityRules.ipvs)
    const at = (seconds: number): string | undefined =>
      table.choose('10.0.0.1', endpoints, {
        timeoutSeconds: 121,
        nowMs: seconds * 1000,
        random: () => seconds / 300,
      })
    expect([0, 120.999, 241.999].map(at)).toStrictEqual(['a', 'a', 'b'])
  })

  test('clients are told apart by their addresses', () => {
    const { at } = tableOf('nftables')
    expect([at(0, '10.0.0.1'), at(0, '10.0.0.2'), at(1, '10.0.0.1')]).toStrictEqual(['a', 'b', 'a'])
  })

  test('an endpoint that is gone holds nobody', () => {
    const { at } = tableOf('nftables')
    expect([at(0), at(1, undefined, ['b', 'c'])]).toStrictEqual(['a', 'b'])
  })

  test('without endpoints there is no answer, and a table that was emptied knows nobody', () => {
    const { at, table } = tableOf('nftables')
    expect(at(0, undefined, [])).toBeUndefined()
    const held = at(1)
    table.clear()
    expect(at(2)).not.toBe(held)
  })

  test('who is not held gets a pod by chance, or the next in turn', () => {
    const picked = (mode: ProxyMode): (string | undefined)[] => {
      const table = new AffinityTable(affinityRules[mode])
      return [0.9, 0.9, 0.9].map((roll) => table.pick(endpoints, () => roll))
    }
    expect(picked('iptables')).toStrictEqual(['c', 'c', 'c'])
    expect(picked('ipvs')).toStrictEqual(['a', 'b', 'c'])
    expect(new AffinityTable(affinityRules.ipvs).pick([], () => 0)).toBeUndefined()
  })
})
