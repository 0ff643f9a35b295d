import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SurveyEntry } from '../../../../../src/model/probe/results/survey.ts'
import { eligibleThrough, type EntryClient } from '../../../../../src/probe/plan/entries/eligible.ts'
import { host, pod } from '../../endpoints.ts'

const endpoints = [
  pod('a', 1, { node: 'node1' }),
  pod('b', 2, { node: 'node1' }),
  pod('c', 3, { node: 'node2' }),
]

function entry(kind: SurveyEntry['kind'], more: Partial<SurveyEntry> = {}): SurveyEntry {
  const bare = { index: 0, host: '10.0.0.1', port: 80, servicePort: 80 } as const
  return { ...bare, kind, protocol: 'TCP', family: 'IPv4', ...more }
}

const on = (node: string): EntryClient => ({ place: 'pod', node })
const here: EntryClient = { place: 'here' }

function counts(what: SurveyEntry, client: EntryClient): [number, number | undefined] {
  const { endpoints: some, unlessExempt } = eligibleThrough(what, client, endpoints)
  return [some.length, unlessExempt?.length]
}

describe('how many endpoints an entry leads to', () => {
  const local = { policyLocal: true }

  test('by policy Cluster: all, whoever asks', () => {
    for (const kind of ['cluster-ip', 'dns', 'load-balancer', 'external-ip'] as const)
      expect(counts(entry(kind), on('node3'))).toStrictEqual([3, undefined])
    expect(counts(entry('node-port', { node: 'node3' }), here)).toStrictEqual([3, undefined])
  })

  test('by zones: those of the zone of the node that decides, whether endpoints are on it or not', () => {
    const zoned = endpoints.map((one, index) => ({ ...one, forZones: [index < 2 ? 'a' : 'b'] }))
    const zones = new Map([
      ['node3', 'a'],
      ['node4', 'c'],
      ['node5', null],
    ])
    const count = (what: SurveyEntry, client: EntryClient): number =>
      eligibleThrough(what, client, zoned).endpoints.length
    expect(count(entry('cluster-ip'), { ...on('node3'), zones })).toBe(2)
    expect(count(entry('node-port', { node: 'node3' }), { ...here, zones })).toBe(2)
    // A zone without endpoints, and a node without zone: all count.
    for (const node of ['node4', 'node5']) expect(count(entry('cluster-ip'), { ...on(node), zones })).toBe(3)
    // Without the nodes nobody knows, and the fewest are taken.
    expect(count(entry('cluster-ip'), on('node3'))).toBe(1)
  })

  test('cluster IP by policy Local: those of the client’s node', () => {
    expect(counts(entry('cluster-ip', local), on('node1'))).toStrictEqual([2, undefined])
    expect(counts(entry('cluster-ip', local), on('node3'))).toStrictEqual([0, undefined])
  })

  test('node port by policy Local: those of the node that is entered, from outside', () => {
    expect(counts(entry('node-port', { ...local, node: 'node1' }), here)).toStrictEqual([2, undefined])
    expect(counts(entry('node-port', { ...local, node: 'node2' }), here)).toStrictEqual([1, undefined])
    expect(counts(entry('node-port', { ...local, node: 'node3' }), here)).toStrictEqual([0, undefined])
  })

  test('node port by policy Local from a pod: its own node sends it on, another one may', () => {
    expect(counts(entry('node-port', { ...local, node: 'node2' }), on('node2'))).toStrictEqual([3, undefined])
    expect(counts(entry('node-port', { ...local, node: 'node2' }), on('node1'))).toStrictEqual([1, 3])
  })

  test('load balancer by policy Local: a pod’s node stands in for it, from outside any node may be chosen', () => {
    expect(counts(entry('load-balancer', local), on('node3'))).toStrictEqual([3, undefined])
    expect(counts(entry('load-balancer', local), here)).toStrictEqual([1, undefined])
    expect(counts(entry('load-balancer', { ...local, proxied: true }), on('node1'))).toStrictEqual([1, 3])
  })

  test('a load balancer that goes to the pods by itself, of whatever policy', () => {
    const balancer = { name: 'x', affinity: 'ignores', to: 'pods' } as const
    expect(counts(entry('load-balancer', { ...local, balancer }), here)).toStrictEqual([3, undefined])
    expect(counts(entry('load-balancer', { ...local, balancer, proxied: true }), on('node3'))).toStrictEqual([
      3,
      undefined,
    ])
  })

  test('the node that picks is told', () => {
    expect(eligibleThrough(entry('cluster-ip'), on('node1'), endpoints).node).toBe('node1')
    expect(eligibleThrough(entry('node-port', { node: 'node2' }), on('node1'), endpoints).node).toBe('node2')
    expect(eligibleThrough(entry('load-balancer'), here, endpoints).node).toBeUndefined()
  })
})

test('never more than there are, and an exemption never takes away', () => {
  const anyEndpoints = fc.array(
    fc.record({
      address: fc.ipV4(),
      node: fc.constantFrom('node1', 'node2', 'node3'),
      ready: fc.boolean(),
      forZones: fc.subarray(['a', 'b']),
    }),
    { maxLength: 6 },
  )
  const anyEntry = fc.record({
    kind: fc.constantFrom('cluster-ip' as const, 'node-port' as const, 'load-balancer' as const),
    policyLocal: fc.boolean(),
    proxied: fc.boolean(),
    node: fc.constantFrom('node1', 'node2'),
  })
  fc.assert(
    fc.property(
      anyEndpoints,
      anyEntry,
      fc.constantFrom(on('node1'), on('node3'), here),
      (given, what, client) => {
        const all = given.map(({ address, ...each }) => host(address, each))
        const through = eligibleThrough(entry(what.kind, what), client, all)
        expect(all).toStrictEqual(expect.arrayContaining(through.endpoints))
        const { unlessExempt } = through
        if (unlessExempt !== undefined && all.every(({ forZones }) => forZones?.length === 0))
          expect(unlessExempt).toStrictEqual(expect.arrayContaining(through.endpoints))
      },
    ),
  )
})
