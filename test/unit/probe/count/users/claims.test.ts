import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from '../../../../../src/agent/cookies/describe.ts'
import type { Endpoint } from '../../../../../src/model/cluster/endpoint.ts'
import { Claims, valuesFor } from '../../../../../src/probe/count/users/claims.ts'
import { makerOf } from '../../../../../src/model/probe/cookies/maker.ts'
import { pod } from '../../endpoints.ts'

/** As the proxies write them: computed with md5sum and sha256sum. */
test('what proxies write for a backend', () => {
  expect(valuesFor('10.244.1.7:8080', ['shop-web-80'])).toEqual([
    // printf http://10.244.1.7:8080 | sha256sum | cut -c-16
    'b017a7acf2dce7c3',
    '36afa564106e5142',
    // printf 10.244.1.7:8080 | md5sum
    '29f74cc3b98ee8936bb1a6afbfc49ed7',
    // printf shop-web-8010.244.1.7:8080 | md5sum, and printf "$(printf shop-web-80 | md5sum)shop-web-80" | md5sum
    'c27e6e388401cdc526c3451da6e27403|ad0f3520c2b4ae4ad7cae6da8d3345ed',
  ])
})

const address = fc.oneof(fc.ipV4(), fc.constantFrom('fd89:244:0:1::7', 'fd89:244:0:1::8'))
const endpoints = fc.uniqueArray(fc.tuple(address, fc.integer({ min: 1, max: 65_535 })), {
  selector: ([host, port]) => `${host} ${port}`,
  maxLength: 6,
})

test('each value names its endpoint and no other', () => {
  fc.assert(
    fc.property(endpoints, fc.string(), (list, salt) => {
      const all = list.map(([host, port], index): Endpoint => ({
        ...pod(`p${index}`, 1),
        address: host,
        port,
      }))
      const claims = new Claims(salt, ['ns-svc-80', 'ns-svc-http'])
      claims.update(all)
      for (const endpoint of all) {
        const text = `${endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address}:${endpoint.port}`
        expect(claims.of({ digest: 'x', names: text })).toBe(endpoint)
        for (const value of valuesFor(text, ['ns-svc-http'])) {
          expect(claims.of({ digest: digestOf(value, salt) })).toBe(endpoint)
          expect(claims.of({ digest: digestOf(value, `${salt}x`) })).toBeUndefined()
        }
      }
      claims.update([])
      expect(claims.of({ digest: 'x', names: '10.0.0.1:1' })).toBeUndefined()
    }),
  )
})

test.each([
  ['AWSALB', 'other', 'AWS ALB'],
  ['AWSALBCORS', 'other', 'AWS ALB'],
  ['route', 'ring-key', 'ingress-nginx'],
  ['x', 'address', 'Envoy'],
  ['x', 'quoted-hash', 'Envoy'],
  ['PHPSESSID', 'md5', undefined],
  ['JSESSIONID', 'other', undefined],
] as const)('%s of form %s is made by %s', (name, form, maker) => {
  expect(makerOf({ name, form })?.name).toBe(maker)
})
