import { describe, expect, test } from 'vitest'
import { check, withAddresses, withDefaults } from '../../../src/sandbox/api/writing/services.ts'
import { addressPlan } from '../../../src/sandbox/network/address-plan.ts'
import { type Resource, types } from '../../../src/sandbox/objects/resource.ts'
import { ObjectStore } from '../../../src/sandbox/objects/store.ts'

const plan = addressPlan(40)

/** A Service as the API server keeps it, with the spec of another in the place of what it had. */
function written(store: ObjectStore, spec: object, before?: Resource): Resource {
  const given = { metadata: { name: 'web', namespace: 'shop' }, spec: { ports: [{ port: 80 }], ...spec } }
  const object = withAddresses(withDefaults(given as unknown as Resource), before, store, plan)
  check(object, before, { others: [], plan, isDryRun: false })
  return before === undefined ? store.create(types.services, object) : object
}

const both = { ipFamilyPolicy: 'RequireDualStack' }

describe('address families of a Service', () => {
  test.each([
    ['nothing asked', {}, ['IPv4'], ['240.40.96.20'], 'SingleStack'],
    ['IPv6', { ipFamilies: ['IPv6'] }, ['IPv6'], ['2001:db8:40::96:20'], 'SingleStack'],
    ['both', both, ['IPv4', 'IPv6'], ['240.40.96.20', '2001:db8:40::96:20'], 'RequireDualStack'],
    [
      'IPv6 first',
      { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6'] },
      ['IPv6', 'IPv4'],
      ['2001:db8:40::96:20', '240.40.96.20'],
      'PreferDualStack',
    ],
    ['an address', { clusterIP: '2001:db8:40::96:99' }, ['IPv6'], ['2001:db8:40::96:99'], 'SingleStack'],
    ['headless', { clusterIP: 'None', ...both }, ['IPv4', 'IPv6'], ['None'], 'RequireDualStack'],
  ])('%s', (_, spec, ipFamilies, clusterIPs, ipFamilyPolicy) => {
    const service = written(new ObjectStore(), spec)
    expect(service['spec']).toMatchObject({
      ipFamilies,
      clusterIPs,
      ipFamilyPolicy,
      clusterIP: clusterIPs[0],
    })
  })

  test('the second one comes and goes, the first one stays', () => {
    const store = new ObjectStore()
    const one = written(store, {})
    const two = written(store, { ...(one['spec'] as object), ...both }, one)
    expect(two['spec']).toMatchObject({ clusterIPs: ['240.40.96.20', '2001:db8:40::96:20'] })
    // A replacement that says nothing of addresses keeps them.
    expect(written(store, {}, two)['spec']).toMatchObject({
      clusterIPs: (two['spec'] as never)['clusterIPs'],
    })
    const back = written(store, { ...(two['spec'] as object), ipFamilyPolicy: 'SingleStack' }, two)
    expect(back['spec']).toMatchObject({ clusterIPs: ['240.40.96.20'], ipFamilies: ['IPv4'] })
    expect(() => written(store, { ...(one['spec'] as object), ipFamilies: ['IPv6'] }, one)).toThrow(
      /clusterIPs\[0\].*expected an IPv6 value as indicated by `ipFamilies\[0\]`/,
    )
  })

  test('no address is given out twice', () => {
    const store = new ObjectStore()
    const addresses = [both, { ipFamilies: ['IPv6'] }, {}].map((spec, index) => {
      const given = withAddresses(
        withDefaults({ metadata: { name: `s${index}`, namespace: 'shop' }, spec } as unknown as Resource),
        undefined,
        store,
        plan,
      )
      store.create(types.services, given)
      return (given['spec'] as { clusterIPs: string[] }).clusterIPs
    })
    expect(addresses).toStrictEqual([
      ['240.40.96.20', '2001:db8:40::96:20'],
      ['2001:db8:40::96:21'],
      ['240.40.96.21'],
    ])
  })
})
