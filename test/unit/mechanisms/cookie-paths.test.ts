/** A cookie that browsers send below its path only, whoever makes it. */
import { describe, expect, it } from 'vitest'
import { explainedText, gatewayText } from './explained.ts'

const web = `
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const ingressRoute = (match: string, path: string): string => `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec:
  routes: [{match: ${match}, services: [{name: web, port: 80, sticky: {cookie: {name: sid, path: ${path}}}}]}]
`

const weighted = (match: string, path: string): string => `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec: {routes: [{match: ${match}, services: [{name: half, kind: TraefikService}]}]}
---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: half}
spec:
  weighted:
    services: [{name: web, port: 80, weight: 1, sticky: {cookie: {name: sid, path: ${path}}}}]
`

const virtualService = (uri: string, path: string): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: ["*"], port: {number: 80, name: http, protocol: HTTP}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec: {gateways: [gw], hosts: [shop.example], http: [{match: [{uri: ${uri}}], route: [{destination: {host: web}}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec:
  host: web
  trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: sid, path: ${path}, ttl: 0s}}}}
`

const policy = (value: string, path: string, type = 'PathPrefix'): string => `
${gatewayText('gateway.envoyproxy.io/gatewayclass-controller')}apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  parentRefs: [{name: gw}]
  hostnames: [shop.example]
  rules: [{matches: [{path: {type: ${type}, value: ${value}}}], backendRefs: [{name: web, port: 80}]}]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  loadBalancer:
    type: ConsistentHash
    consistentHash: {type: Cookie, cookie: {name: sid, ttl: 0s, attributes: {Path: ${path}}}}
`

const host = 'Host("shop.example")'
const below = (path: string): string => `${host} && PathPrefix("${path}")`

describe('a cookie with a path', () => {
  it.each([
    ['an IngressRoute', ingressRoute(host, '/p'), 'clients of shop.example/ '],
    ['a rule of an IngressRoute', ingressRoute(below('/b'), '/a'), 'clients of shop.example/b '],
    ['a TraefikService', weighted(below('/b'), '/a'), 'clients of shop.example/b '],
    ['a VirtualService', virtualService('{prefix: /b}', '/a'), 'clients of shop.example/b '],
    ['a policy of Envoy Gateway', policy('/b', '/a'), 'clients of shop.example/b '],
  ])('is told of where requests of %s come from elsewhere', async (_name, text, words) => {
    const { all, explanations } = await explainedText(text + web)
    expect(all.join(' ')).toContain('AFF-L7-COOKIE-PATH')
    expect(JSON.stringify(explanations)).toContain(words)
  })

  it.each([
    ['an IngressRoute', ingressRoute(below('/a'), '/a')],
    ['a TraefikService', weighted(below('/a/b'), '/a')],
    ['a VirtualService', virtualService('{exact: /a}', '/a')],
    ['a pattern of a VirtualService', virtualService('{regex: "/a/.*"}', '/a')],
    ['a policy of Envoy Gateway', policy('/a', '/a')],
    ['a pattern of an HTTPRoute', policy('"/a/.*"', '/a', 'RegularExpression')],
  ])('is at its place where all of %s is below it', async (_name, text) => {
    expect((await explainedText(text + web)).all.join(' ')).not.toContain('AFF-L7-COOKIE-PATH')
  })
})
