/** Traps of the notes about single controllers, each beside an input that is right. */
import { expect, it } from 'vitest'
import { explainedText, gatewayText } from './explained.ts'

const web = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const nginx = (
  annotations: object,
  { controller = 'k8s.io/ingress-nginx', tls = false, path = '/' } = {},
): string => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: ${controller}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop, annotations: ${JSON.stringify(
  Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [
      `nginx.ingress.kubernetes.io/${key}`,
      value as string,
    ]),
  ),
)}}
spec:
  ingressClassName: nginx
  ${tls ? 'tls: [{hosts: [shop.example], secretName: shop}]' : ''}
  rules:
  - host: shop.example
    http: {paths: [{path: ${path}, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
${web}`

const istio = (hash: string): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: ${hash}}}}
---
${web}`

const apisix = (kind: string): string => `
${gatewayText('apisix.apache.org/apisix-ingress-controller', 'shop')}apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
apiVersion: apisix.apache.org/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: web, namespace: shop}
spec: {targetRefs: [{group: "${kind === 'Service' ? '' : 'gateway.networking.k8s.io'}", kind: ${kind}, name: web}], loadbalancer: {type: chash, hashOn: header, key: x}}
---
${web}`

const cookie = { affinity: 'cookie' }

const regex = (cookiePath: string, path: string): string =>
  nginx({ ...cookie, 'use-regex': 'true', 'session-cookie-path': cookiePath }, { path })

const mapping = (name: string, more: string): string => `
apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: {name: ${name}, namespace: shop}
spec: {hostname: shop.example, prefix: /, service: ${name}, resolver: endpoint, load_balancer: {policy: maglev, header: x}, ${more}}
---
`

const routed = (controller: string, persistence: string, backends: string, annotations: string): string => `
${gatewayText(controller, 'shop')}apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{name: gw}], rules: [{${persistence} backendRefs: [${backends}]}]}
---
apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: own, namespace: shop}
spec: {algorithm: consistent-hashing, hashOn: {header: x}}
---
${['web', 'next']
  .map((name) =>
    web.replace('name: web,', `name: ${name}, annotations: {${name === 'web' ? annotations : ''}},`),
  )
  .join('---\n')}`

const session = (more: string): string =>
  routed(
    'gateway.envoyproxy.io/gatewayclass-controller',
    `sessionPersistence: {sessionName: x, ${more}},`,
    '{name: web, port: 80}',
    '',
  )

const kong = (backends: string): string =>
  routed('konghq.com/kic-gateway-controller', '', backends, 'konghq.com/upstream-policy: own')

const traefik = (annotations: string): string =>
  routed('traefik.io/gateway-controller', '', '{name: web, port: 80}', annotations)

const asTraefik = { controller: 'traefik.io/ingress-nginx' }

it.each([
  ['AFF-L7-MISSPELT-ANNOTATION', nginx({ afinity: 'cookie' }), nginx(cookie)],
  [
    'AFF-L7-NOT-SWITCHED-ON',
    nginx({ 'session-cookie-name': 'a' }),
    nginx({ ...cookie, 'session-cookie-name': 'a' }),
  ],
  [
    'AFF-L7-NOT-SWITCHED-ON',
    nginx({ 'session-cookie-path': '/' }, { controller: 'traefik.io/ingress-nginx' }),
    nginx({ 'affinity-canary-behavior': 'legacy' }, { controller: 'traefik.io/ingress-nginx' }),
  ],
  [
    'AFF-NGX-VALUE-DROPPED',
    nginx({ ...cookie, 'session-cookie-secure': 'false' }, { tls: true }),
    nginx({ ...cookie, 'session-cookie-secure': 'false' }),
  ],
  [
    'AFF-ISTIO-HASH-REFUSED',
    istio('{httpHeaderName: x, maglev: {tableSize: 65536}}'),
    istio('{httpHeaderName: x, maglev: {tableSize: 65537}}'),
  ],
  [
    'AFF-ISTIO-HASH-REFUSED',
    istio('{httpHeaderName: x, maglev: {tableSize: 5000011}}'),
    istio('{httpHeaderName: x, maglev: {tableSize: 4999999}}'),
  ],
  [
    'AFF-ISTIO-HASH-REFUSED',
    istio('{httpHeaderName: x, minimumRingSize: 9, ringHash: {minimumRingSize: 9}}'),
    istio('{httpHeaderName: x, minimumRingSize: 9}'),
  ],
  [
    'AFF-ISTIO-HASH-REFUSED',
    istio('{httpCookie: {name: c, path: /, ttl: 0s, attributes: [{name: Secure}, {name: Secure}]}}'),
    istio('{httpCookie: {name: c, path: /, ttl: 0s, attributes: [{name: Secure}, {name: HttpOnly}]}}'),
  ],
  ['AFF-L7-MISPLACED', apisix('HTTPRoute'), apisix('Service')],
  [
    'AFF-L7-MISPLACED',
    traefik('traefik.ingress.kubernetes.io/service.sticky.cookie: "true"'),
    traefik('traefik.ingress.kubernetes.io/service.passhostheader: "true"'),
  ],
  [
    'AFF-L7-FOREIGN-ANNOTATION',
    nginx({ ...cookie, 'affinity-mode': 'balanced' }, asTraefik),
    nginx({ ...cookie, 'affinity-mode': 'persistent' }, asTraefik),
  ],
  [
    'AFF-L7-FOREIGN-ANNOTATION',
    nginx({ ...cookie, 'session-cookie-change-on-failure': 'true' }, asTraefik),
    nginx({ ...cookie, 'session-cookie-change-on-failure': 'true' }),
  ],
  ['AFF-NGX-COOKIE-LOST', regex('/de', '/(de|fr)(/|$)'), regex('/de', '/(de)(/|$)')],
  ['AFF-NGX-COOKIE-LOST', regex('/fr', '/de(/|$)'), regex('/de', '/(de)?')],
  [
    'AFF-L7-DRAWS-SERVICE',
    mapping('next', 'weight: 10') + mapping('web', '') + web,
    mapping('next', 'method: POST') + mapping('web', 'weight: 10') + web,
  ],
  [
    'AFF-GWAPI-TIMEOUT-IGNORED',
    session('type: Header, absoluteTimeout: 1h'),
    session('type: Cookie, absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}'),
  ],
  [
    'AFF-KONG-ALGORITHM',
    kong('{name: web, port: 80}, {name: next, port: 80}'),
    kong('{name: web, port: 80}, {name: elsewhere, port: 80}'),
  ],
])('%s', async (code, wrong, right) => {
  expect((await explainedText(wrong)).faults.join('\n')).toContain(code)
  expect((await explainedText(right)).faults.join('\n')).not.toContain(code)
})
