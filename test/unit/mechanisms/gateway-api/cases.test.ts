import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explained, type Explained } from '../explained.ts'

const of = (name: string): Promise<Explained> =>
  explained(join(import.meta.dirname, '../../../cases/gateways', `${name}.yaml`))

const wordsOf = ({ explanations }: Explained): string =>
  explanations
    .flatMap(({ findings }) => findings.flatMap(({ message, why, mend }) => [message, why, ...mend]))
    .join('\n')

describe('cases from the field', () => {
  test('11: Istio serves the HTTPRoute, and nothing is said against it', async () => {
    const found = await of('11-istio-httproute-port-of-the-gateway')
    expect(found.faults.filter((one) => one.startsWith('AFF-GWAPI'))).toStrictEqual([])
    const [hop] = found.explanations[0]?.paths[0]?.hops ?? []
    expect([hop?.mechanism, hop?.arrival]).toStrictEqual(['gateway public, Istio', 'pods'])
  })

  test('12: two rules of a host share the name of a cookie, which depends on the version', async () => {
    const found = await of('12-gateway-api-one-name-two-rules')
    expect(found.faults).toStrictEqual(['AFF-GWAPI-ONE-NAME 65'])
    expect(found.ways).toStrictEqual([
      'shop.example.com/cart cookie shop-session',
      'shop.example.com/checkout cookie shop-session',
    ])
    expect(wordsOf(found)).toMatch(
      /Envoy Gateway from 1\.10 on.*up to Envoy Gateway 1\.9 their paths tell them apart/,
    )
    expect(wordsOf(found)).not.toMatch(/Permanent|absoluteTimeout/)
  })

  test('13: a permanent cookie, and nothing wrong', async () => {
    const found = await of('13-gateway-api-healthy-permanent')
    expect(found.faults).toStrictEqual([])
    expect(found.all).toStrictEqual(['AFF-GWAPI-EXPERIMENTAL 45'])
    expect(found.ways).toStrictEqual(['www.example.com cookie Session-A'])
    expect(found.explanations[0]?.paths[0]?.hops[0]?.policy).toMatchObject({
      ttlSeconds: 3600,
      points: 'at-a-pod',
    })
    expect(wordsOf(found)).not.toMatch(/hash|sessionAffinity/)
  })

  test('14: a hash of a cookie that nobody makes', async () => {
    const found = await of('14-envoy-gateway-cookie-without-ttl')
    expect(found.faults).toStrictEqual(['AFF-EG-NO-TTL 59'])
    expect(found.explanations[0]?.paths[0]?.hops[0]?.policy).toMatchObject({ madeBy: 'application' })
    expect(wordsOf(found)).toMatch(/ttl: 0s.*attributes: \{Path: \/\}/s)
    expect(wordsOf(found)).not.toMatch(/apisix/i)
  })

  test('18: a field of the time of IngressRoute', async () => {
    const found = await of('18-contour-misplaced-strategy')
    expect(found.faults).toStrictEqual(['AFF-CONTOUR-UNKNOWN-FIELD 23'])
    expect(found.ways).toStrictEqual(['lb.example.com none'])
    expect(wordsOf(found)).toMatch(/loadBalancerStrategy.*did you mean loadBalancerPolicy\?/)
    expect(wordsOf(found)).not.toMatch(/X-Contour-Session-Affinity/)
  })
})
