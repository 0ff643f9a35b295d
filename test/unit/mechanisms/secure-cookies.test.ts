/** A Secure cookie on a host without TLS, whoever opens the host. */
import { describe, expect, it } from 'vitest'
import { explainedText } from './explained.ts'

const web = `
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const ingress = (tls: string, own = 'session-cookie-secure: "true"'): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations: {nginx.ingress.kubernetes.io/affinity: cookie, nginx.ingress.kubernetes.io/${own}}
spec:
  ingressClassName: nginx
  ${tls}
  rules:
  - host: a.shop.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`

const route = (listeners: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec: {gatewayClassName: eg, listeners: [${listeners}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec: {parentRefs: [{name: gw}], hostnames: [shop.example], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  loadBalancer:
    type: ConsistentHash
    consistentHash: {type: Cookie, cookie: {name: sid, ttl: 0s, attributes: {Path: /, Secure: ""}}}
`

const http = '{name: http, port: 80, protocol: HTTP}'
const https = '{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: shop}]}}'

const virtualService = (servers: string, gateway = 'gw'): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${gateway}}
spec: {selector: {istio: ingressgateway}, servers: [${servers}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec: {gateways: [gw], hosts: [shop.example], http: [{route: [{destination: {host: web}}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec:
  host: web
  trafficPolicy:
    loadBalancer: {consistentHash: {httpCookie: {name: sid, path: /, ttl: 0s, attributes: [{name: Secure}]}}}
`

const plainServer = '{hosts: ["*"], port: {number: 80, name: http, protocol: HTTP}}'
const tlsServer =
  '{hosts: [shop.example], port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: shop}}'

const ingressRoute = (own: string, args: string): string => `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec:
  ${own}
  routes: [{match: Host("shop.example"), services: [{name: web, port: 80, sticky: {cookie: {name: sid, secure: true}}}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: traefik, labels: {app.kubernetes.io/name: traefik}}
spec: {template: {spec: {containers: [{name: traefik, image: traefik:v3.6.12, args: [${args}]}]}}}
`

const onWeb = 'entryPoints: [web]'
const webDoor = '--entryPoints.web.address=:8000'

describe('a Secure cookie', () => {
  it.each([
    ['an Ingress', ingress(''), 'the Ingress has no TLS for a.shop.example'],
    ['a Gateway', route(http), 'gateway/gw has no TLS for shop.example'],
    ['a Gateway of Istio', virtualService(plainServer), 'gateway/gw has no TLS for shop.example'],
    ['an entry point', ingressRoute(onWeb, webDoor), 'entry point web of ingressroute/shop has no TLS'],
    ['the only entry point', ingressRoute('', webDoor), 'entry point web of ingressroute/shop has no TLS'],
    [
      'an IngressRoute',
      ingressRoute(onWeb, '--configFile=/etc/traefik.yaml'),
      'ingressroute/shop has no TLS for shop.example, unless its entry point web has',
    ],
    [
      'an IngressRoute without entry points',
      ingressRoute('', ''),
      'ingressroute/shop has no TLS for shop.example, unless its entry points have',
    ],
    [
      'an Ingress of two hosts',
      ingress('').replace(
        'rules:',
        'rules:\n  - {host: b.shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}',
      ),
      'the Ingress has no TLS for b.shop.example and 1 more host',
    ],
  ])('is told of where %s has no TLS', async (_name, text, words) => {
    const { all, explanations } = await explainedText(text + web)
    expect(all.join(' ')).toContain('AFF-L7-SECURE-COOKIE')
    expect(JSON.stringify(explanations)).toContain(words)
    const [own] = explanations
    expect(own?.findings.filter(({ code }) => code === 'AFF-L7-SECURE-COOKIE')).toHaveLength(1)
  })

  it.each([
    ['an Ingress with TLS', ingress('tls: [{hosts: ["*.shop.example"], secretName: shop}]')],
    ['a Gateway that has a listener for both', route(`${http}, ${https}`)],
    ['a Gateway of Istio that has a server for both', virtualService(`${plainServer}, ${tlsServer}`)],
    ['a Gateway of Istio that is not there', virtualService(plainServer, 'other')],
    ['an IngressRoute with TLS', ingressRoute(`${onWeb}\n  tls: {}`, webDoor)],
    ['an entry point with TLS', ingressRoute(onWeb, `${webDoor}, --entrypoints.web.http.tls=true`)],
    [
      'an entry point that sends to https',
      ingressRoute(onWeb, `${webDoor}, --entrypoints.web.http.redirections.entryPoint.to=websecure`),
    ],
    [
      'an IngressRoute on all entry points, one with TLS',
      ingressRoute('', `${webDoor}, --entryPoints.s.address=:8443, --entryPoints.s.http.tls=true`),
    ],
    ['an entry point whose name says TLS', ingressRoute('entryPoints: [websecure]', '--configFile=/x')],
  ])('is at its place behind %s, or nobody can tell', async (_name, text) => {
    expect((await explainedText(text + web)).all.join(' ')).not.toContain('AFF-L7-SECURE-COOKIE')
  })
})

it('SameSite=None without Secure is refused on a host without TLS only, a wildcard counted', async () => {
  const none = 'session-cookie-samesite: None'
  const faults = async (tls: string) => (await explainedText(ingress(tls, none) + web)).faults.join(' ')
  expect(await faults('')).toContain('AFF-NGX-SAMESITE-INSECURE')
  expect(await faults('tls: [{hosts: ["*.shop.example"], secretName: shop}]')).not.toContain(
    'AFF-NGX-SAMESITE',
  )
})
