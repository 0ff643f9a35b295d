import { describe, expect, it } from 'vitest'
import { analyse } from '../../../../../src/analysis/analyse.ts'
import type { LooseObject } from '../../../../../src/model/cluster/object.ts'
import { snapshot, target } from '../../../analysis/build.ts'
import { gateway, header, route, rule, to } from '../objects.ts'

const path = (prefix: string) => ({ uri: { prefix } })
const one = (more: object, subset?: string) => ({
  ...more,
  route: [{ destination: { host: 'web', ...(subset === undefined ? {} : { subset }) } }],
})

/** The ways from outside, and the routes that are found to get nothing. */
function seen(...fronts: readonly LooseObject[]): { ways: string[]; hidden: string[]; codes: string[] } {
  const { paths, findings } = analyse(snapshot({ fronts }), target)
  return {
    ways: paths.filter(({ entry }) => entry.kind === 'host').map(({ entry }) => entry.address),
    hidden: findings
      .filter(({ code }) => code === 'AFF-ISTIO-UNREACHABLE')
      .map(({ message }) => message.split(' ')[0] ?? ''),
    codes: findings.map(({ code }) => code),
  }
}

describe('routes that get no request', () => {
  const http = (...routes: object[]) => seen(gateway(), route({ http: routes }))

  it.each([
    ['nothing before them', [one({ match: [path('/a')] }), one({})], ['shop.example/a', 'shop.example'], []],
    ['one that takes everything', [one({}), one({ match: [path('/a')] })], ['shop.example'], ['http[1]']],
    [
      'the prefix /',
      [one({ match: [{ ...path('/'), name: 'all' }] }), one({ match: [path('/a')] })],
      ['shop.example'],
      ['http[1]'],
    ],
    [
      'the same matches, in two routes',
      [one({ match: [path('/a')] }), one({ match: [path('/b')] }), one({ match: [path('/b'), path('/a')] })],
      ['shop.example/a', 'shop.example/b'],
      ['http[2]'],
    ],
    [
      'some of their matches',
      [one({ match: [path('/a')] }), one({ match: [path('/a'), path('/b')] })],
      ['shop.example/a', 'shop.example/a', 'shop.example/b'],
      [],
    ],
    [
      'a prefix for some callers',
      [one({ match: [{ ...path('/'), sourceLabels: { app: 'x' } }] }), one({})],
      ['shop.example where label of the caller app is x', 'shop.example'],
      [],
    ],
    ['one that delegates', [{ delegate: { name: 'other' } }, one({})], ['shop.example'], []],
  ])('have %s', (_name, routes, ways, hidden) => {
    expect(http(...routes)).toMatchObject({ ways, hidden })
  })
})

describe('two Gateways with one host and TLS', () => {
  const https = { port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE' } }
  const made = (day: number) => `2026-01-0${day}T00:00:00Z`
  const own = (day: number) => gateway(https, { made: made(day) })
  const other = (server: object, day = 2) =>
    gateway({ ...https, ...server }, { name: 'other', made: made(day) })

  it('leave the way through the older one', () => {
    expect(seen(own(1), other({}), route(to({}))).ways).toEqual(['shop.example'])
    expect(seen(own(3), other({}), route(to({}))).ways).toEqual([])
    expect(seen(own(3), other({}), route(to({}))).codes).toContain('AFF-ISTIO-HOST-TAKEN')
  })

  it.each([
    ['another port', { port: { ...https.port, number: 8443 } }],
    ['another host', { hosts: ['*.example'] }],
  ])('do not meet on %s', (_name, server) => {
    const { ways, codes } = seen(own(3), other(server), route(to({})))
    expect(ways).toEqual(['shop.example'])
    expect(codes).not.toContain('AFF-ISTIO-HOST-TAKEN')
  })
})

describe('TLS that a Gateway passes through', () => {
  const passing = { port: { number: 443, name: 'tls', protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } }
  const tls = (host: string, sniHosts: readonly string[]) => ({
    match: [{ sniHosts }],
    route: [{ destination: { host } }],
  })
  const named = (...routes: object[]) =>
    seen(
      gateway({ ...passing, hosts: ['*.example'] }),
      route({ hosts: ['a.example', 'b.example'], tls: routes }),
    ).ways

  it('goes where its own name leads', () => {
    expect(named(tls('web', ['a.example']), tls('next', ['b.example']))).toEqual(['a.example'])
    expect(named(tls('next', ['a.example']), tls('web', ['b.example']))).toEqual(['b.example'])
    expect(named(tls('web', ['a.example', 'b.example']))).toEqual(['a.example', 'b.example'])
  })

  it('tells each name once that several servers have', () => {
    const https = { port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE' } }
    const own = gateway(https, { made: '2026-01-01T00:00:00Z' })
    const { metadata, spec, ...rest } = gateway(https, { name: 'other', made: '2026-01-02T00:00:00Z' })
    const servers = (spec as { servers: object[] }).servers
    const twice = { ...rest, metadata, spec: { ...(spec as object), servers: [...servers, ...servers] } }
    const toOther = route({ ...to({}), gateways: ['other'] })
    const told = (...fronts: LooseObject[]) =>
      seen(...fronts).codes.filter((code) => code === 'AFF-ISTIO-HOST-TAKEN')
    expect(told(own, twice, toOther)).toHaveLength(1)
    expect(told(twice, toOther)).toHaveLength(1)
    expect(told(own, toOther)).toHaveLength(0)
  })
})

it('tells a gateway from the mesh only where a hash is lost', () => {
  const edge = [gateway(), route(to({}), { name: 'edge' })]
  const mesh = route({ ...to({ subset: 'v1' }), hosts: ['web'], gateways: ['mesh'] })
  const subsets = (policy: object) => rule({ subsets: [{ name: 'v1', ...policy }] })
  const isSaid = (...more: readonly LooseObject[]) =>
    seen(...edge, mesh, ...more).codes.includes('AFF-ISTIO-MESH-ONLY')
  expect(isSaid(subsets({ trafficPolicy: header }))).toBe(true)
  expect(isSaid(subsets({}))).toBe(false)
  expect(isSaid(rule({ trafficPolicy: header, subsets: [{ name: 'v1' }] }))).toBe(false)
})
