import { describe, expect, it } from 'vitest'
import { sceneOf } from '../../../../../src/analysis/store.ts'
import { policyFor, rulingFor } from '../../../../../src/mechanisms/istio/rules/policy.ts'
import type { LooseObject } from '../../../../../src/model/cluster/object.ts'
import type { Policy } from '../../../../../src/model/affinity/policy.ts'
import { service, snapshot } from '../../../analysis/build.ts'
import { hashing, rule } from '../objects.ts'

const web = { namespace: 'shop', name: 'web' }
const full = 'web.shop.svc.cluster.local'
const by = (name: string) => hashing({ httpHeaderName: name })
const policy = (name: string): object => ({ trafficPolicy: by(name) })

/** What a proxy of a namespace sticks on for port 80 of service/web: the name of the header, or the kind of the policy. */
function seen(
  rules: readonly LooseObject[],
  from?: string,
  subset?: string,
  port: number | undefined = 80,
): string {
  const { store } = sceneOf(snapshot({ service: service(), fronts: rules }))
  const ruling = policyFor(web, port, from, subset, store)
  return nameOf(ruling.policy)
}

const nameOf = (found: Policy): string => (found.kind === 'header' ? (found.name ?? '') : found.kind)

describe('which DestinationRule counts', () => {
  const own = rule(policy('of-service'))
  const ofClient = rule({ host: full, ...policy('of-client') }, { namespace: 'edge' })
  const ofRoot = rule({ host: full, ...policy('of-root') }, { namespace: 'istio-system' })

  it.each([
    ['edge', 'of-client'],
    ['other', 'of-service'],
    ['istio-system', 'of-service'],
  ])('to a proxy in %s it is that of %s', (from, expected) => {
    expect(seen([ofRoot, own, ofClient], from)).toBe(expected)
  })

  it('the root namespace comes last', () => {
    expect(seen([ofRoot], 'other')).toBe('of-root')
  })

  it('a rule of a namespace that is neither counts for nobody else', () => {
    expect(seen([ofClient], 'other')).toBe('none')
  })

  it.each([
    [['.'], 'shop', 'of-service'],
    [['.'], 'edge', 'none'],
    [['edge'], 'edge', 'of-service'],
    [['edge'], 'shop', 'none'],
    [['*'], 'edge', 'of-service'],
  ])('exported to %s, to a proxy in %s it is %s', (exportTo, from, expected) => {
    expect(seen([rule({ exportTo, ...policy('of-service') })], from)).toBe(expected)
  })

  it('where it depends on a namespace that is not known, nothing is claimed', () => {
    expect(seen([own, ofClient])).toBe('unknown')
    expect(seen([own])).toBe('of-service')
  })

  it('the policy of the oldest counts as a whole, and subsets are put together', () => {
    const old = rule({ ...policy('old') }, { name: 'b', made: '2026-01-01T00:00:00Z' })
    const young = rule(
      { ...policy('young'), subsets: [{ name: 'v1', trafficPolicy: by('of-v1') }] },
      { name: 'a', made: '2026-02-01T00:00:00Z' },
    )
    expect(seen([young, old], 'edge')).toBe('old')
    expect(seen([young, old], 'edge', 'v1')).toBe('of-v1')
  })

  it('the host itself comes before a wildcard, and nothing is added up', () => {
    const wild = rule({ host: '*.shop.svc.cluster.local', ...policy('wild') }, { name: 'wild' })
    expect(seen([wild], 'edge')).toBe('wild')
    expect(seen([wild, rule({})], 'edge')).toBe('none')
  })

  it('a short name is one of the namespace of the rule', () => {
    expect(seen([rule(policy('x'), { namespace: 'istio-system' })], 'edge')).toBe('none')
  })

  it('a selector is for pods of its own namespace', () => {
    const selected = rule(
      { workloadSelector: { matchLabels: { app: 'shop' } }, ...policy('selected') },
      { name: 'selected' },
    )
    const { store } = sceneOf(snapshot({ service: service(), fronts: [selected, own] }))
    const from = (namespace: string, app: string): string =>
      nameOf(rulingFor({ host: full, port: 80 }, { namespace, labels: { app } }, 'http', store).policy)
    expect(from('shop', 'shop')).toBe('selected')
    expect(from('shop', 'cart')).toBe('of-service')
    expect(from('edge', 'shop')).toBe('of-service')
  })
})

describe('what of a rule counts', () => {
  const at = (number: number, more: object = {}): object => ({ port: { number }, ...more })

  it.each([
    ['an entry for the port', { ...by('all'), portLevelSettings: [at(80, by('port'))] }, 'port'],
    ['one for another port', { ...by('all'), portLevelSettings: [at(443, by('port'))] }, 'all'],
    ['one without a balancer', { ...by('all'), portLevelSettings: [at(80, { tls: {} })] }, 'none'],
  ])('%s', (_name, trafficPolicy, expected) => {
    expect(seen([rule({ trafficPolicy })], 'edge')).toBe(expected)
  })

  it('a hash for a port does nothing for a route that names no port', () => {
    const one = rule({ trafficPolicy: { portLevelSettings: [at(80, by('port'))] } })
    const { store } = sceneOf(snapshot({ service: service(), fronts: [one] }))
    expect(rulingFor({ host: full }, { namespace: 'edge' }, 'http', store).policy.kind).toBe('none')
  })

  it.each([
    ['of its own', { trafficPolicy: by('own') }, 'own'],
    ['none', {}, 'all'],
    ['another one', { trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN' } } }, 'none'],
  ])('a subset with a hash: %s', (_name, subset, expected) => {
    expect(seen([rule({ ...policy('all'), subsets: [{ name: 'v1', ...subset }] })], 'edge', 'v1')).toBe(
      expected,
    )
  })

  it('a subset or a port that is not there is answered with 503', () => {
    expect(seen([rule(policy('all'))], 'edge', 'v1')).toBe('none')
    expect(seen([rule(policy('all'))], 'edge', undefined, 443)).toBe('none')
  })

  it('a listener of a port that the Service has not, where the route names none of several', () => {
    const ports = [80, 9090].map((port) => ({ name: `http-${port}`, port }))
    const one = rule({ trafficPolicy: hashing({ useSourceIp: true }) })
    const { store } = sceneOf(snapshot({ service: service({ ports }), fronts: [one] }))
    const rulingAt = (listenerPort: number) =>
      rulingFor({ host: full, listenerPort }, { namespace: 'edge' }, 'tcp', store)
    expect(rulingAt(9090).policy.kind).toBe('hash')
    expect(rulingAt(8443)).toMatchObject({
      policy: { kind: 'none' },
      note: 'the Service has no port 8443: connections are closed',
    })
  })

  it('traffic that is not read and drawn by weight is hashed as the whole host says', () => {
    const subsets = [{ name: 'v1', trafficPolicy: hashing({ useSourceIp: true }) }]
    const { store } = sceneOf(snapshot({ service: service(), fronts: [rule({ subsets })] }))
    const kindOf = (more: object): string =>
      rulingFor({ host: full, port: 80, subset: 'v1', ...more }, { namespace: 'edge' }, 'tcp', store).policy
        .kind
    expect([{}, { share: 0.5 }].map(kindOf)).toEqual(['hash', 'none'])
  })

  it.each([
    [{ useSourceIp: true }, 'hash'],
    [{ httpHeaderName: 'x-user' }, 'none'],
  ])('in traffic that is not read %o is %s', (hash, expected) => {
    const one = rule({ trafficPolicy: hashing(hash) })
    const { store } = sceneOf(snapshot({ service: service(), fronts: [one] }))
    expect(rulingFor({ host: full, port: 80 }, { namespace: 'edge' }, 'tcp', store).policy.kind).toBe(
      expected,
    )
  })
})
