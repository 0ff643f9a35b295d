import { describe, expect, test } from 'vitest'
import { placesOf } from '../../../../../src/probe/front/ways/places.ts'
import type { ObjectRef } from '../../../../../src/model/findings/finding.ts'
import type { Path, PathHop } from '../../../../../src/model/affinity/leg.ts'

const ingress = (name: string): ObjectRef => ({
  kind: 'Ingress',
  group: 'networking.k8s.io',
  namespace: 'shop',
  name,
})

function way(name: string, host: string, path = '', hop: Partial<PathHop> = {}): Path {
  return {
    entry: {
      kind: 'host',
      from: 'outside',
      address: `${host}${path}`,
      host,
      ...(path === '' ? {} : { path }),
      of: ingress(name),
    },
    hops: [
      {
        kind: 'ingress',
        mechanism: 'ingress-nginx',
        configuredBy: [ingress(name)],
        policy: { kind: 'cookie', name: 'route' },
        role: 'decides',
        arrival: 'pods',
        ...hop,
      },
    ],
    end: 'pods',
  }
}

const inside: Path = {
  entry: {
    kind: 'cluster-ip',
    from: 'inside',
    address: '10.96.0.7:80',
    of: { kind: 'Service', name: 'web' },
  },
  hops: [],
  end: 'pods',
}

describe('where requests can be sent', () => {
  test('is every host and path of the object that is named', () => {
    const paths = [inside, way('web', 'a.lab', '/api'), way('web', 'a.lab'), way('other', 'b.lab')]
    expect(placesOf(paths, ingress('web'), {}).places).toMatchObject([
      { host: 'a.lab', path: '/api', by: 'ingress-nginx', policy: { kind: 'cookie', name: 'route' } },
      { host: 'a.lab', path: '/' },
    ])
  })

  test('is what asks for a host and a path alone, rather than for more, in whichever order they come', () => {
    const plain = way('web', 'a.lab')
    const asks = way('web', 'a.lab', '', { policy: { kind: 'none' } })
    const beta: Path = { ...asks, entry: { ...asks.entry, when: 'header x-beta is 1' } }
    for (const paths of [
      [plain, beta],
      [beta, plain],
    ])
      expect(placesOf(paths, undefined, {}).places).toMatchObject([{ policy: { kind: 'cookie' } }])
  })

  test('is every one that leads to the Service where no object is named', () => {
    expect(placesOf([way('web', 'a.lab'), way('other', 'b.lab')], undefined, {}).places).toHaveLength(2)
  })

  test('tells all objects that open one, and none that opens others', () => {
    const paths = [
      way('web', 'a.lab'),
      way('more', 'a.lab', '/x'),
      way('same', 'a.lab'),
      way('other', 'b.lab'),
    ]
    const { openers } = placesOf(paths, undefined, { hosts: ['a.lab'], paths: ['/x'] })
    expect(openers.map(({ name }) => name)).toStrictEqual(['web', 'more', 'same'])
  })

  test('is each of the hosts and paths that are asked for, where it leads there', () => {
    const paths = [way('web', 'a.lab', '/app1'), way('web', 'b.lab')]
    const asked = { hosts: ['a.lab', 'b.lab'], paths: ['/app1/x', '/app2/x'] }
    const found = placesOf(paths, undefined, asked).places.map(({ host, path }) => `${host}${path}`)
    expect(found).toEqual(['a.lab/app1/x', 'b.lab/app1/x', 'b.lab/app2/x'])
  })

  test('is what the more exact path says where two match', () => {
    const exact = way('web', 'a.lab', '/api', { policy: { kind: 'cookie', name: 'api' } })
    for (const paths of [
      [exact, way('web', 'a.lab')],
      [way('web', 'a.lab'), exact],
    ])
      expect(placesOf(paths, undefined, { paths: ['/api/x'] }).places).toMatchObject([
        { path: '/api/x', policy: { name: 'api' } },
      ])
  })

  test('is what the user asks for where it leads there', () => {
    const paths = [way('web', 'a.lab', '/api'), way('web', '*.b.lab', '/(app|web)/.*')]
    const asked = { hosts: ['x.b.lab'], paths: ['/web/1'] }
    expect(placesOf(paths, undefined, asked).places).toMatchObject([{ host: 'x.b.lab', path: '/web/1' }])
    expect(placesOf(paths, undefined, { hosts: ['c.lab'] }).places).toEqual([])
    expect(placesOf(paths, undefined, { hosts: ['a.lab'], paths: ['/other'] }).places).toEqual([])
    const { others } = placesOf(paths, undefined, { hosts: ['c.lab'] })
    expect(others).toEqual(paths.map(({ entry }) => entry.address))
  })

  test('is made up where a wildcard or an expression allows it, and told where not', () => {
    const { places, notes } = placesOf([way('web', '*.b.lab', '/(app1/.*)'), way('web', '*')], undefined, {})
    expect(places).toMatchObject([{ host: 'probe.b.lab', path: '/app1/x' }])
    expect(notes).toEqual(['* is left out: which host to ask for there is not said'])
  })

  test('has what is configured, also where it has no effect, and else what decides behind', () => {
    const {
      hops: [front],
      entry,
    } = way('web', 'a.lab', '', {
      role: 'no-effect',
      arrival: 'cluster-ip',
    })
    const proxy: PathHop = {
      ...front!,
      kind: 'proxy',
      mechanism: 'kube-proxy',
      policy: { kind: 'none' },
      role: 'decides',
    }
    const { places } = placesOf([{ entry, hops: [front!, proxy], end: 'pods' }], undefined, {})
    expect(places).toMatchObject([{ by: 'ingress-nginx', policy: { kind: 'cookie', name: 'route' } }])
    const plain: PathHop = { ...front!, policy: { kind: 'none' }, role: 'picks' }
    const held: PathHop = { ...proxy, policy: { kind: 'client-ip', timeoutSeconds: 5 } }
    expect(placesOf([{ entry, hops: [plain, held], end: 'pods' }], undefined, {}).places).toMatchObject([
      { policy: { kind: 'client-ip' } },
    ])
  })
})

test('in a mesh the names that callers use are asked, and where rules differ nothing is promised', () => {
  const caught = (of: string): Path => {
    const path = way('shop', 'shop.default.svc.cluster.local', '', { policy: { kind: 'cookie', name: of } })
    return { ...path, entry: { ...path.entry, kind: 'mesh', from: 'inside' } }
  }
  expect(placesOf([caught('user')], undefined, {}).places).toEqual([])
  expect(placesOf([caught('user')], undefined, {}, 'mesh').places).toMatchObject([
    { host: 'shop.default.svc.cluster.local', path: '/', policy: { name: 'user' } },
  ])
  expect(placesOf([caught('user'), caught('other')], undefined, {}, 'mesh').places).toMatchObject([
    { policy: { kind: 'unknown' } },
  ])
})

test('what is configured in front and has no effect is told for that', () => {
  const path = way('shop', 'shop.lab', '', { role: 'no-effect', arrival: 'cluster-ip' })
  const service: PathHop = {
    kind: 'proxy',
    mechanism: 'Service proxy',
    configuredBy: [],
    policy: { kind: 'none' },
    role: 'decides',
    arrival: 'pods',
  }
  expect(placesOf([{ ...path, hops: [...path.hops, service] }], undefined, {}).places).toMatchObject([
    { policy: { kind: 'cookie', name: 'route' }, isVoid: true },
  ])
  expect(placesOf([way('shop', 'shop.lab')], undefined, {}).places[0]).not.toHaveProperty('isVoid')
})
