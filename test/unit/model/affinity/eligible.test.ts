import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../../src/model/cluster/endpoint.ts'
import type { ClientPlace } from '../../../../src/model/affinity/eligible.ts'
import { eligibleEndpoints, fewestEligible } from '../../../../src/model/affinity/eligible.ts'
import { pod } from '../../probe/endpoints.ts'

const eligible = (
  endpoints: readonly Endpoint[],
  place: ClientPlace = {},
  policy: 'Cluster' | 'Local' = 'Cluster',
) => {
  const { endpoints: found, unknown } = eligibleEndpoints(endpoints, policy, place)
  return [found.map((endpoint) => endpoint.pod).join(' '), unknown]
}

const onN1 = { node: 'n1', zone: 'east' }
const onN2 = { node: 'n2', zone: 'west' }
const plain = [
  pod('a', 1, onN1),
  pod('b', 2, onN1),
  pod('c', 3, onN2),
  pod('d', 4, { ...onN2, ready: false }),
]

test('all that are ready, without hints', () => {
  expect(eligible(plain, { node: 'n1' })).toEqual(['a b c', undefined])
})

test('with none ready, those that terminate and still serve', () => {
  const leaving = { ready: false, serving: true, terminating: true }
  const endpoints = [
    pod('a', 1, leaving),
    pod('b', 2, { ...leaving, serving: false }),
    pod('c', 3, { ready: false }),
  ]
  expect(eligible(endpoints)).toEqual(['a', undefined])
  expect(eligible([...endpoints, pod('e', 5)])).toEqual(['e', undefined])
})

describe('internalTrafficPolicy Local', () => {
  test('only those on the same node', () => {
    expect(eligible(plain, { node: 'n1' }, 'Local')).toEqual(['a b', undefined])
    expect(eligible(plain, { node: 'n2' }, 'Local')).toEqual(['c', undefined])
    expect(eligible(plain, { node: 'n3' }, 'Local')).toEqual(['', undefined])
  })

  test('falls back to terminating ones on the same node, not to other nodes', () => {
    const leaving = pod('d', 4, { node: 'n2', ready: false, serving: true, terminating: true })
    expect(eligible([pod('a', 1, onN1), leaving], { node: 'n2' }, 'Local')).toEqual(['d', undefined])
  })

  test('the node must be known', () => {
    expect(eligible(plain, {}, 'Local')).toEqual(['', 'node'])
  })

  test('hints play no part', () => {
    const hinted = [
      pod('a', 1, { ...onN1, forZones: ['west'] }),
      pod('b', 2, { ...onN1, forZones: ['east'] }),
    ]
    expect(eligible(hinted, { node: 'n1', zone: 'east' }, 'Local')).toEqual(['a b', undefined])
  })
})

describe('hints for zones', () => {
  const hinted = [
    pod('a', 1, { ...onN1, forZones: ['east'] }),
    pod('b', 2, { ...onN1, forZones: ['east'] }),
    pod('c', 3, { ...onN2, forZones: ['west', 'north'] }),
  ]

  test('only those for the zone of the client', () => {
    expect(eligible(hinted, { node: 'x', zone: 'east' })).toEqual(['a b', undefined])
    expect(eligible(hinted, { node: 'x', zone: 'north' })).toEqual(['c', undefined])
  })

  test('the zone of an endpoint on the same node is the zone of the client', () => {
    expect(eligible(hinted, { node: 'n2' })).toEqual(['c', undefined])
  })

  test('all, when the node has no zone or nothing is hinted for it', () => {
    expect(eligible(hinted, { node: 'x', zone: null })).toEqual(['a b c', undefined])
    expect(eligible(hinted, { node: 'x', zone: 'south' })).toEqual(['a b c', undefined])
  })

  test('all, when one ready endpoint has no hint; one that is not ready may have none', () => {
    expect(eligible([...hinted, pod('e', 5)], { zone: 'east' })).toEqual(['a b c e', undefined])
    expect(eligible([...hinted, pod('e', 5, { ready: false })], { zone: 'east' })).toEqual(['a b', undefined])
  })

  test('the smallest set, and that it is not certain, when the zone is not known', () => {
    expect(eligible(hinted, { node: 'x' })).toEqual(['c', 'zone'])
    expect(eligible(hinted)).toEqual(['c', 'zone'])
  })
})

describe('hints for nodes', () => {
  const hinted = [
    pod('a', 1, { ...onN1, forNodes: ['n1'], forZones: ['east'] }),
    pod('b', 2, { ...onN1, forNodes: ['n1'], forZones: ['east'] }),
    pod('c', 3, { node: 'n3', zone: 'east', forNodes: ['n3'], forZones: ['east'] }),
  ]

  test('go before those for zones', () => {
    expect(eligible(hinted, { node: 'n1', zone: 'east' })).toEqual(['a b', undefined])
    expect(eligible(hinted, { node: 'n2', zone: 'east' })).toEqual(['a b c', undefined])
    expect(eligible(hinted, { node: 'n2', zone: 'west' })).toEqual(['a b c', undefined])
  })

  test('need the node', () => {
    expect(eligible(hinted)).toEqual(['c', 'node'])
  })
})

describe('fewestEligible', () => {
  test('all, where nothing is left out', () => {
    expect(fewestEligible(plain, 'Cluster')).toBe(3)
    expect(fewestEligible([], 'Cluster')).toBe(0)
  })

  test('the smallest number that is two or more', () => {
    expect(fewestEligible(plain, 'Local')).toBe(2)
    const zones = ['east', 'east', 'west', 'north', 'north', 'north'].map((zone, index) =>
      pod(`p${index}`, index, { node: `n${index}`, zone, forZones: [zone] }),
    )
    expect(fewestEligible(zones, 'Cluster')).toBe(2)
    expect(fewestEligible(zones.slice(2), 'Cluster')).toBe(3)
  })

  test('one, where no node has more', () => {
    expect(fewestEligible([pod('a', 1, onN1), pod('c', 3, onN2)], 'Local')).toBe(1)
  })
})
