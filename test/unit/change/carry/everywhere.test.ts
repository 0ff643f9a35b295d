/** Affinity taken from one mechanism to any other, in the files of the promises. */
import { describe, expect, it } from 'vitest'
import { editOthers } from '../../../../src/change/manifest/others.ts'
import { changes } from '../../../../src/mechanisms/changes.ts'
import { destinations } from '../../../../src/model/affinity/change.ts'
import { sticks } from '../../../../src/model/affinity/policy.ts'
import { explainedText } from '../../mechanisms/explained.ts'
import { promises } from '../promised.ts'

const prefix = 'nginx.ingress.kubernetes.io'

/** The source: a cookie of an hour at the same Service, for the same host. */
const old = `---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: old
  namespace: shop
  annotations:
    ${prefix}/affinity: cookie
    ${prefix}/session-cookie-name: route
    ${prefix}/session-cookie-path: /
    ${prefix}/session-cookie-max-age: "3600"
spec:
  ingressClassName: nginx
  rules:
  - host: shop.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`

/** The other end: a VirtualService, for which all of it can be written. */
const virtualService = `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: ['*'], port: {number: 80, protocol: HTTP, name: http}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: new, namespace: shop}
spec: {gateways: [gw], hosts: [shop.example], http: [{route: [{destination: {host: web}}]}]}
`

const fronts = promises.filter(({ entry }) => entry === undefined)

/** What clients that come by the target of a promise stick on. */
async function keptBy(text: string): Promise<unknown[]> {
  const { explanations } = await explainedText(text)
  return explanations
    .flatMap(({ paths }) => paths)
    .filter(({ entry }) => entry.of.name === 'front')
    .map(({ hops }) => hops.map(({ policy }) => policy).find((one) => sticks(one) === true))
}

it('there is a way to everything that can be changed', () => {
  expect([...destinations].toSorted()).toStrictEqual(
    [...new Set([...changes.map(({ name }) => name), 'gateway-api'])].toSorted(),
  )
})

describe('from ingress-nginx', () => {
  const rest = fronts.filter(({ by }) => by !== 'ingress-nginx')

  it.each(rest)('to $by, $what: what it has fields for goes, and the rest is named', async (one) => {
    const { by, text, can, name } = one
    const { text: edited, notices = [] } = editOthers([{ name: 'x.yaml', text: text + old, named: true }], {
      request: { verb: 'enable' },
      with: undefined,
      to: { destination: destinations.find((to) => to === by)!, instead: {} },
    })
    const [policy] = await keptBy(edited)
    const keepsTime = can.includes('ttlSeconds')
    expect(policy).toMatchObject({
      kind: 'cookie',
      name: name ?? 'route',
      ...(keepsTime ? { ttlSeconds: 3600 } : {}),
    })
    const said = notices.map(({ notice }) => notice.message)
    const lost = (what: string): boolean =>
      said.some((message) => message.startsWith(`not carried over from ingress/old: ${what}`))
    expect({ by, name: lost('name'), time: lost('lifetime') }).toStrictEqual({
      by,
      name: name !== undefined,
      time: !keepsTime,
    })
    expect(said.join('\n')).toContain('clients that have a cookie of ingress/old may change their pod once')
  })
})

describe('to Istio', () => {
  const rest = fronts.filter(({ by }) => by !== 'istio')

  it.each(rest)('from $by, $what: its cookie, or why not', (one) => {
    const { by, text, name = 'route', can } = one
    const ttl = can.includes('ttlSeconds') ? { ttlSeconds: 600 } : {}
    const sticky = editOthers([{ name: 'x.yaml', text, named: true }], {
      request: { verb: 'enable', by: { kind: 'cookie', name, ...ttl } },
      with: by,
    }).text
    const carry = (): string =>
      editOthers([{ name: 'x.yaml', text: `${sticky}${virtualService}`, named: true }], {
        request: { verb: 'enable' },
        with: undefined,
        to: { destination: 'istio', instead: {} },
      }).text
    // Who makes no cookie keeps clients by one of the application, which no proxy can make.
    if (by === 'apisix' || by === 'skipper') {
      expect(carry).toThrow(/the cookie "route" of the application, which cannot be written elsewhere/)
      return
    }
    expect(carry()).toContain(`name: ${name}`)
    expect(carry()).toContain(can.includes('ttlSeconds') ? 'ttl: 600s' : 'ttl: ')
  })
})
