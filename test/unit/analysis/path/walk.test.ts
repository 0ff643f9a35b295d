import { describe, expect, it } from 'vitest'
import { drawnBy, legsByType, type Mechanism } from '../../../../src/mechanisms/mechanism.ts'
import { known, type Store, storeOf } from '../../../../src/model/cluster/store.ts'
import type { KubernetesObject } from '../../../../src/model/cluster/kubernetes.ts'
import type { Entry, Hop, Leg } from '../../../../src/model/affinity/leg.ts'
import { type ObjectType, refOf, resourceName } from '../../../../src/model/cluster/object.ts'
import type { Policy } from '../../../../src/model/affinity/policy.ts'
import { networkOf } from '../../../../src/analysis/path/network.ts'
import { pathsThrough } from '../../../../src/analysis/path/walk.ts'

const type = (kind: string): ObjectType => ({
  group: 'x',
  versions: ['v1'],
  resource: kind,
  kind,
  scope: 'namespaced',
})
const object = (kind: string, name: string): KubernetesObject => ({
  apiVersion: 'x/v1',
  kind,
  metadata: { name, namespace: 'shop' },
})
const [gate, split, pool] = [object('Gate', 'g'), object('Split', 's'), object('Pool', 'p')]
const hop = (mechanism: string, policy: Policy): Hop => ({
  kind: 'gateway',
  mechanism,
  configuredBy: [],
  policy,
})
const entry: Entry = { kind: 'host', from: 'outside', address: 'a.example', of: refOf(gate) }
const store = (...objects: KubernetesObject[]): Store => {
  const byKind = Map.groupBy(objects, ({ kind }) => resourceName(type(kind)))
  return storeOf(new Map([...byKind].map(([name, all]) => [name, known(all)])))
}
const cookie: Policy = { kind: 'cookie', name: 'c' }

/** A mechanism that draws these arrows for these kinds. */
function drawing(legs: Readonly<Record<string, readonly Leg[]>>, more: Partial<Mechanism> = {}): Mechanism {
  const types = Object.keys(legs).map(type)
  return {
    name: 'test',
    label: 'Test',
    routes: types,
    legs: legsByType(...types.map((one) => drawnBy(one, () => legs[one.kind] ?? []))),
    ...more,
  }
}

const roles = (mechanisms: readonly Mechanism[], of: KubernetesObject = pool) =>
  pathsThrough(refOf(of), networkOf(store(...structuredClone([gate, split, pool])), mechanisms)).map(
    ({ hops, end, share }) => [hops.map(({ mechanism, role }) => `${mechanism} ${role}`), end, share],
  )

describe('the role of a hop follows from the legs after it', () => {
  const toGate: Leg = { from: entry, to: { object: refOf(gate) }, arrival: 'object' }
  const gateTo = (arrival: Leg['arrival'], policy: Policy = cookie): Leg => ({
    from: { object: refOf(gate) },
    to: { object: refOf(pool) },
    arrival,
    hop: hop('gate', policy),
  })
  const poolOut: Leg = {
    from: { object: refOf(pool) },
    to: 'pods',
    arrival: 'pods',
    hop: hop('pool', { kind: 'none' }),
  }

  it.each([
    ['pods', cookie, ['gate decides'], 'pods'],
    ['unknown', cookie, ['gate unknown'], 'unknown'],
    ['cluster-ip', cookie, ['gate no-effect', 'pool decides'], 'pods'],
    ['cluster-ip', { kind: 'none' }, ['gate picks', 'pool decides'], 'pods'],
    ['node-port', cookie, ['gate picks', 'pool decides'], 'pods'],
  ] as const)('%s, %j', (arrival, policy, expected, end) => {
    const found = roles([drawing({ Gate: [toGate, gateTo(arrival, policy)], Pool: [poolOut] })])
    expect(found).toEqual([[expected, end, undefined]])
  })

  it('two levels, of which each sticks: the first picks, the second decides', () => {
    const levels: Leg[] = ['one', 'two'].map((part) => ({
      from: { object: refOf(split), part: 'top' },
      to: { object: refOf(split), part },
      arrival: 'object',
      hop: hop('level 1', cookie),
      share: part === 'one' ? 0.75 : 0.25,
    }))
    const last: Leg = {
      from: { object: refOf(split), part: 'one' },
      to: { object: refOf(pool) },
      arrival: 'pods',
      hop: hop('level 2', cookie),
    }
    const toSplit: Leg = {
      from: { object: refOf(gate) },
      to: { object: refOf(split), part: 'top' },
      arrival: 'object',
    }
    const mechanism = drawing({ Gate: [toGate, toSplit], Split: [...levels, last] })
    expect(roles([mechanism])).toEqual([[['level 1 picks', 'level 2 decides'], 'pods', 0.75]])
  })

  it('is the same seen from the object in front', () => {
    const mechanism = drawing({ Gate: [toGate, gateTo('cluster-ip')], Pool: [poolOut] })
    expect(roles([mechanism], gate)).toEqual(roles([mechanism], pool))
  })

  it('a policy that another mechanism attaches changes the hop', () => {
    const routes = drawing({ Gate: [toGate, gateTo('cluster-ip', { kind: 'none' })], Pool: [poolOut] })
    const attached = drawing(
      {},
      {
        refine: (leg) =>
          leg.hop?.mechanism === 'gate' ? { ...leg, arrival: 'pods', hop: hop('gate', cookie) } : leg,
      },
    )
    expect(roles([routes, attached])).toEqual([[['gate decides'], 'pods', undefined]])
  })

  it('a circle ends', () => {
    const back: Leg = { from: { object: refOf(pool) }, to: { object: refOf(gate) }, arrival: 'object' }
    const mechanism = drawing({ Gate: [toGate, gateTo('object')], Pool: [back] })
    expect(roles([mechanism], gate).length).toBeGreaterThan(0)
  })
})

it('of an object of many parts only those that are asked about are looked at, and those of the whole', () => {
  const gates = ['a', 'b', undefined].map((part): Leg => ({
    from: { object: refOf(gate), ...(part === undefined ? {} : { part }) },
    to: { object: refOf(pool), ...(part === undefined ? {} : { part }) },
    arrival: 'object',
  }))
  const network = networkOf(store(gate, pool), [drawing({ Gate: gates })])
  expect(network.into(refOf(pool), 'a')).toEqual([gates[0], gates[2]])
  expect(network.outOf(refOf(gate), 'b')).toEqual([gates[1], gates[2]])
  expect(network.into(refOf(pool))).toEqual(gates)
})

it('of one part of an object only those who touch it draw again, whatever else stands in the list', () => {
  const drawn: string[] = []
  const legs: Record<string, Leg[]> = Object.fromEntries(
    ['a', 'b'].map((part) => [
      part,
      [{ from: { object: refOf(gate) }, to: { object: refOf(pool), part }, arrival: 'object' }],
    ]),
  )
  const routes = ['a', 'b'].map((name) => ({ ...gate, metadata: { name, namespace: 'shop' } }))
  const mechanism: Mechanism = {
    ...drawing({ Gate: [] }),
    legs: ({ metadata: { name } }) => {
      drawn.push(name)
      return legs[name] ?? []
    },
  }
  const network = networkOf(store(...routes, pool), [mechanism])
  network.into(refOf(pool), 'a')
  drawn.length = 0
  expect(network.into(refOf(pool), 'b')).toEqual(legs['b'])
  expect(drawn).toEqual(['b'])
})

it('of objects that lead to no others nothing is drawn before somebody comes by', () => {
  const poolOut: Leg = { from: { object: refOf(pool) }, to: 'pods', arrival: 'pods' }
  const drawn: string[] = []
  const last: Mechanism = {
    ...drawing({ Pool: [] }, { isLast: true }),
    legs: ({ metadata: { name } }) => {
      drawn.push(name)
      return [poolOut]
    },
  }
  const network = networkOf(store(gate, pool), [last])
  expect(network.into(refOf(gate))).toEqual([])
  expect(drawn).toEqual([])
  expect(network.outOf(refOf(pool))).toEqual([poolOut])
})
