/** Cookies that browsers refuse, whoever makes them. */
import { expect, it } from 'vitest'
import { explainedText, gatewayText } from './explained.ts'

const web = (annotations = ''): string => `
---
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {${annotations}}}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const ingress = (controller: string, annotations: string): string => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: outer}
spec: {controller: ${controller}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {${annotations}}}
spec:
  ingressClassName: outer
  rules:
  - host: a.shop.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
${web()}`

const f5 = (parameters: string): string =>
  ingress(
    'nginx.org/ingress-controller',
    `nginx.org/sticky-cookie-services: "serviceName=web sid path=/ ${parameters}"`,
  )

const asNginx = (own: string): string => {
  const prefix = 'nginx.ingress.kubernetes.io'
  return ingress('traefik.io/ingress-nginx', `${prefix}/affinity: cookie, ${prefix}/session-cookie-${own}`)
}

const community = (domain: string): string => {
  const prefix = 'haproxy-ingress.github.io'
  return ingress(
    `${prefix}/controller`,
    `${prefix}/affinity: cookie, ${prefix}/session-cookie-domain: ${domain}`,
  )
}

const traefik = (domain: string): string => {
  const prefix = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
  return ingress('traefik.io/ingress-controller', '').replace(
    web(),
    web(`${prefix}: "true", ${prefix}.domain: ${domain}`),
  )
}

const ingressRoute = (domain: string): string => `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec:
  routes: [{match: Host("a.shop.example"), services: [{name: web, port: 80, sticky: {cookie: {name: sid, domain: ${domain}}}}]}]
${web()}`

const virtualServer = (cookie: string): string => `
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: shop}
spec:
  host: a.shop.example
  upstreams: [{name: web, service: web, port: 80, sessionCookie: {enable: true, name: sid, path: /, ${cookie}}}]
  routes: [{path: /, action: {pass: web}}]
${web()}`

const istio = (attributes: string, host = 'a.shop.example'): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: ["*"], port: {number: 80, name: http, protocol: HTTP}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec: {gateways: [gw], hosts: ["${host}"], http: [{route: [{destination: {host: web}}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec:
  host: web
  trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: sid, path: /, ttl: 0s, attributes: [${attributes}]}}}}
${web()}`

const route = (controller: string, policy: string): string => `
${gatewayText(controller)}apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec: {parentRefs: [{name: gw}], hostnames: [a.shop.example], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
${policy}
${web()}`

const envoyGateway = (domain: string): string =>
  route(
    'gateway.envoyproxy.io/gatewayclass-controller',
    `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  loadBalancer:
    type: ConsistentHash
    consistentHash: {type: Cookie, cookie: {name: sid, ttl: 0s, attributes: {Path: /, Domain: ${domain}}}}`,
  )

const kgateway = (cookie: string): string =>
  route(
    'kgateway.dev/kgateway',
    `apiVersion: gateway.kgateway.dev/v1alpha1
kind: BackendConfigPolicy
metadata: {name: web}
spec:
  targetRefs: [{group: "", kind: Service, name: web}]
  loadBalancer: {ringHash: {hashPolicies: [{cookie: {name: sid, path: /, ttl: 0s, ${cookie}}}]}}`,
  )

const [good, bad] = ['.shop.example', 'other.example']
const none = '{name: SameSite, value: None}'

it.each([
  ['F5, a domain', f5(`domain=${bad}`), f5(`domain=${good}`)],
  ['F5, SameSite', f5('samesite=none'), f5('samesite=none secure')],
  ['a VirtualServer, a domain', virtualServer(`domain: ${bad}`), virtualServer(`domain: ${good}`)],
  [
    'a VirtualServer, SameSite',
    virtualServer('samesite: none'),
    virtualServer('samesite: none, secure: true'),
  ],
  ['HAProxy Ingress', community(bad), community(good)],
  ['Traefik', traefik(bad), traefik(good)],
  ['an IngressRoute', ingressRoute(bad), ingressRoute('a.shop.example')],
  [
    'an IngressRoute with SameSite',
    ingressRoute(`${bad}, sameSite: none, secure: true`),
    ingressRoute('a.shop.example, sameSite: none, secure: true'),
  ],
  ['Traefik for ingress-nginx, a domain', asNginx(`domain: ${bad}`), asNginx(`domain: ${good}`)],
  ['Traefik for ingress-nginx, SameSite', asNginx('samesite: None'), asNginx('samesite: Lax')],
  ['Istio, a domain', istio(`{name: Domain, value: ${bad}}`), istio(`{name: Domain, value: ${good}}`)],
  ['Istio, SameSite', istio(none), istio(`${none}, {name: Secure}`)],
  [
    'hosts below a wildcard',
    istio(`{name: Domain, value: ${bad}}`, '*.shop.example'),
    istio('{name: Domain, value: a.shop.example}', '*.shop.example'),
  ],
  ['Envoy Gateway', envoyGateway(bad), envoyGateway(good)],
  ['kgateway', kgateway('sameSite: None'), kgateway('sameSite: None, secure: true')],
])('a cookie of %s, and the way that it is on', async (_name, wrong, right) => {
  const code = 'AFF-L7-COOKIE-REFUSED'
  const [bad, good] = [await explainedText(wrong), await explainedText(right)]
  expect(bad.faults.join('\n')).toContain(code)
  expect(bad.ways.join('\n')).toContain(', refused')
  expect(good.faults.join('\n')).not.toContain(code)
  expect(good.ways.join('\n')).not.toContain(', refused')
})

const nginx = (own: string, tls = ''): string => {
  const prefix = 'nginx.ingress.kubernetes.io'
  return ingress(
    'k8s.io/ingress-nginx',
    `${prefix}/affinity: cookie, ${prefix}/session-cookie-${own}`,
  ).replace('rules:', `${tls}\n  rules:`)
}

const tls = 'tls: [{hosts: [a.shop.example], secretName: shop}]'
const asLax = ingressRoute('a.shop.example').replace('domain:', 'sameSite: lax, domain:')

it.each([
  ['ingress-nginx, a domain', nginx(`domain: ${bad}`), nginx(`domain: ${good}`)],
  ['ingress-nginx, SameSite', nginx('samesite: None'), nginx('samesite: None', tls)],
  ['Traefik, SameSite', asLax.replace('lax', 'none'), asLax],
])('the way says it, too, where a finding of its own does: %s', async (_name, wrong, right) => {
  const [refused, taken] = [await explainedText(wrong), await explainedText(right)]
  expect(refused.faults.join('\n')).not.toContain('AFF-L7-COOKIE-REFUSED')
  expect(refused.ways.join('\n')).toContain(', refused')
  expect(taken.ways.join('\n')).not.toContain(', refused')
})
