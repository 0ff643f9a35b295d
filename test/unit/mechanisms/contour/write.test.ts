import { describe, expect, it } from 'vitest'
import { planFor } from '../../../../src/mechanisms/changing.ts'
import { contourChange } from '../../../../src/mechanisms/contour/write.ts'
import type { ChangeRequest, Wish } from '../../../../src/model/affinity/change.ts'
import { type Store, unknown } from '../../../../src/model/cluster/store.ts'
import { objectOf } from '../objects.ts'

const unread: Store = {
  list: ({ resource }) => unknown({ what: resource, reason: 'not-asked' }),
  get: () => undefined,
  fact: ({ what }) => unknown({ what, reason: 'not-asked' }),
}

const services = [{ name: 'web', port: 80 }]
const cookie = { kind: 'cookie', name: 'X-Contour-Session-Affinity' } as const

/** What a request makes of the routes of an HTTPProxy; undefined where nothing is written. */
function changed(routes: readonly object[], request: ChangeRequest): unknown {
  const proxy = objectOf('projectcontour.io/v1', 'HTTPProxy', 'front', { routes })
  const plan = planFor(contourChange, proxy, request, unread)
  if (plan === undefined || 'refused' in plan) return plan
  const [write] = plan.writes
  return write?.how === 'patch' ? (write.fields['spec'] as { routes: unknown }).routes : undefined
}

const enable = (by: Wish, ...routes: object[]): unknown =>
  changed(routes.length === 0 ? [{ services }] : routes, { verb: 'enable', by })

describe('an HTTPProxy', () => {
  it.each([
    [cookie, { strategy: 'Cookie' }],
    [
      { kind: 'header', name: 'X-User' },
      { strategy: 'RequestHash', requestHashPolicies: [{ headerHashOptions: { headerName: 'X-User' } }] },
    ],
    [{ kind: 'source-ip' }, { strategy: 'RequestHash', requestHashPolicies: [{ hashSourceIP: true }] }],
  ] as const)('keeps clients by %j in all its routes', (wish, loadBalancerPolicy) => {
    const routes = [{ services, conditions: [{ prefix: '/a' }] }, { services }]
    expect(enable(wish, ...routes)).toEqual(routes.map((route) => ({ ...route, loadBalancerPolicy })))
  })

  it('that has it already is not written', () => {
    expect(enable(cookie, { services, loadBalancerPolicy: { strategy: 'Cookie' } })).toBeUndefined()
  })

  it.each([
    [{ ...cookie, name: 'route' }, /calls its cookie X-Contour-Session-Affinity/],
    [{ ...cookie, ttlSeconds: 60 }, /lasts as long as the browser/],
    [{ ...cookie, path: '/shop' }, /has the path \//],
    [{ ...cookie, secure: true }, /no field for Secure/],
    [{ ...cookie, persistent: true }, /is hashed/],
  ] as const)('has no field for %j', (wish, refused) => {
    expect(enable(wish)).toMatchObject({ refused: expect.stringMatching(refused) })
  })

  it('without routes is refused', () => {
    expect(changed([], { verb: 'enable', by: cookie })).toMatchObject({
      refused: 'it has no routes of its own',
    })
  })

  it('loses what keeps clients, and no other strategy', () => {
    const random = { services, loadBalancerPolicy: { strategy: 'Random' } }
    const sticky = { services, loadBalancerPolicy: { strategy: 'Cookie' }, timeoutPolicy: { idle: '5s' } }
    expect(changed([random, sticky], { verb: 'disable' })).toEqual([
      random,
      { services, timeoutPolicy: { idle: '5s' } },
    ])
  })
})
