/** What is said of policies that Envoy Gateway refuses, or that reach nothing. */
import { expect, it } from 'vitest'
import { analyse } from '../../../../src/analysis/analyse.ts'
import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import { service, snapshot } from '../../analysis/build.ts'
import { cookieOf, gatewayOf, hashOf, policyOf, routeOf } from '../gateway-api/build.ts'

const of = (...fronts: LooseObject[]) => {
  const found = snapshot({
    service: service({ sessionAffinity: 'None' }),
    fronts: [...gatewayOf('eg'), routeOf([{ name: 'first' }]), ...fronts],
  })
  return analyse(found, { namespace: 'shop', name: 'web' }).findings
}

const cookie = { name: 'sid', ttl: '1h', attributes: { Path: '/' } }
const balancer = (more: object): object => ({ loadBalancer: { type: 'ConsistentHash', ...more } })

it.each<[object, string, string]>([
  [
    { loadBalancer: { type: 'LeastRequest', consistentHash: { type: 'SourceIP' } } },
    'consistentHash does not go with type LeastRequest',
    'write type: ConsistentHash',
  ],
  [balancer({}), 'type ConsistentHash without consistentHash', 'add consistentHash'],
  [
    hashOf({ type: 'Cookies' }),
    'consistentHash.type Cookies: must be SourceIP, Header, Headers, Cookie, QueryParams',
    'write one of these',
  ],
  [hashOf({ type: 'Cookie' }), 'type Cookie needs cookie', 'add cookie'],
  [hashOf({ type: 'SourceIP', cookie }), 'cookie does not go with type SourceIP', 'remove cookie'],
  [cookieOf({ ttl: '2d' }), 'ttl "2d" is no duration of the Gateway API', 'write h, m and s: 48h'],
  [
    balancer({ consistentHash: { type: 'Cookie', cookie }, slowStart: { window: '1m' } }),
    'slowStart does not go with ConsistentHash',
    'remove slowStart',
  ],
])('%j is refused', (spec, message, mend) => {
  const findings = of(policyOf(spec)).filter(({ code }) => code === 'AFF-EG-BAD-HASH')
  expect(findings.map((one) => [one.message, one.mend[0]])).toStrictEqual([
    [expect.stringContaining(message), expect.stringContaining(mend)],
  ])
})

const group = 'gateway.networking.k8s.io'
it.each<[object, string, string]>([
  [
    { group, kind: 'HTTPRout', name: 'web' },
    'a BackendTrafficPolicy cannot be attached to a HTTPRout',
    'write HTTPRoute',
  ],
  [
    { group: 'gateway.x', kind: 'HTTPRoute', name: 'web' },
    `the group of HTTPRoute is ${group}, and not gateway.x`,
    `write group: ${group}`,
  ],
  [
    { group, kind: 'HTTPRoute', name: 'web', sectionName: 'frist' },
    'HTTPRoute "web" has no rule named "frist"',
    'write first',
  ],
  [
    { group, kind: 'Gateway', name: 'gw', sectionName: 'other' },
    'Gateway "gw" has no listener named "other"',
    'name it there, or remove sectionName',
  ],
])('a policy for %j reaches nothing', (targetRef, message, mend) => {
  const findings = of(policyOf({ ...cookieOf(), targetRefs: [targetRef] })).filter(
    ({ code }) => code === 'AFF-EG-BAD-TARGET',
  )
  expect(findings.map((one) => [one.message, one.mend[0]])).toStrictEqual([
    [expect.stringContaining(message), expect.stringContaining(mend)],
  ])
})

it('the older of two policies counts', () => {
  const policies = [
    policyOf(cookieOf(), 'new', { creationTimestamp: '2026-01-02T00:00:00Z' }),
    policyOf(cookieOf({ name: 'old' }), 'old', { creationTimestamp: '2026-01-01T00:00:00Z' }),
  ]
  const [finding] = of(...policies).filter(({ code }) => code === 'AFF-EG-CONFLICT')
  expect(finding?.message).toMatch(/^\S*\/new counts for nothing: \S*\/old is attached to the same route$/)
  expect(finding?.why).toBe('The older of two policies counts, and the other one gets the status Conflicted.')
})
