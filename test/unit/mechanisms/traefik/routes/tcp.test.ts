/** What an IngressRouteTCP takes of the requests that routes for HTTP wait for, as Traefik's router has it. */
import { expect, it } from 'vitest'
import { explainedText } from '../../explained.ts'

const running = `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: traefik, labels: {app.kubernetes.io/name: traefik}}
spec: {template: {spec: {containers: [{name: traefik, image: traefik:v3.6.12, args: [
  --entryPoints.traefik.address=:8080/tcp, --entryPoints.web.address=:8000/tcp, --entryPoints.websecure.address=:8443/tcp,
  --entryPoints.websecure.http.tls=true]}]}}}
`
const service = `
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`
const route = (own = 'entryPoints: [web]', annotations = '{}'): string => `
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, annotations: ${annotations}}
spec: {${own}, routes: [{match: Host(\`shop.example\`), services: [{name: web, port: 80, sticky: {cookie: {name: sid}}}]}]}
`
const tcp = (match: string, own = 'entryPoints: [web]', annotations = '{}'): string => `
---
apiVersion: traefik.io/v1alpha1
kind: IngressRouteTCP
metadata: {name: all, namespace: other, annotations: ${annotations}}
spec: {${own}, routes: [{match: "${match}", services: [{name: else, port: 80}]}]}
`
const ingress = (annotations = '{}', own = ''): string => `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: ${annotations}}
spec:
  ingressClassName: traefik
  ${own}
  rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
`
const gateway = (port: number, protocol: string): string => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: traefik}
spec: {controllerName: traefik.io/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gate}
spec: {gatewayClassName: traefik, listeners: [{name: one, port: ${port}, protocol: ${protocol}}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec: {parentRefs: [{name: gate}], hostnames: [shop.example], rules: [{backendRefs: [{name: web, port: 80}]}]}
`
const any = 'HostSNI(`*`)'

const seen = async (text: string): Promise<string> => {
  const { explanations } = await explainedText(service + text)
  const [web] = explanations.filter(({ service: own }) => own !== undefined)
  const ways = web?.paths.filter(({ entry }) => entry.host === 'shop.example') ?? []
  const found = web?.findings.filter(({ code }) => code === 'AFF-TRA-TCP-FIRST').length
  const roles = ways.flatMap(({ hops }) => hops.map(({ role, taken }) => `${role}${taken ? ' taken' : ''}`))
  return `${roles.join()} ${found}`
}

const taken = 'no-effect taken 1'
const left = 'decides 0'

it.each([
  ['an IngressRoute at its entry point', route() + tcp(any), taken],
  ['one whose arguments are seen', running + route() + tcp(any), taken],
  ['any host with double quotes', route() + tcp('HostSNI(\\"*\\")'), taken],
  ['one of several alternatives', route() + tcp(`ClientIP(\`10.0.0.0/8\`) || ${any}`), taken],
  [
    'whoever names no entry point',
    running + route('entryPoints: []') + tcp(any, 'entryPoints: []'),
    'decides taken 1',
  ],
  ['one entry point of two', route('entryPoints: [web, other]') + tcp(any), 'decides taken 1'],
  ['clients of some addresses', route() + tcp('ClientIP(`10.0.0.0/8`)'), 'decides taken 1'],
  [
    'the same class',
    route(undefined, '{kubernetes.io/ingress.class: a}') +
      tcp(any, undefined, '{kubernetes.io/ingress.class: a}'),
    taken,
  ],
  [
    'an Ingress with that entry point',
    ingress('{traefik.ingress.kubernetes.io/router.entrypoints: web}') + tcp(any),
    taken,
  ],
  ['an Ingress of all entry points', running + ingress() + tcp(any, 'entryPoints: [web]'), 'decides taken 1'],
  ['an HTTPRoute at the port of the entry point', running + gateway(8000, 'HTTP') + tcp(any), taken],
])('it takes %s', async (_name, text, expected) => {
  expect(await seen(text)).toBe(expected)
})

it.each([
  ['another entry point', route() + tcp(any, 'entryPoints: [db]')],
  ['TLS that it ends', route() + tcp(any, 'entryPoints: [web], tls: {}')],
  [
    'TLS that it passes through',
    route('entryPoints: [websecure], tls: {}') +
      tcp(any, 'entryPoints: [websecure], tls: {passthrough: true}'),
  ],
  ['a route with TLS', route('entryPoints: [web], tls: {}') + tcp(any)],
  [
    'an entry point that ends TLS for HTTP',
    running + route('entryPoints: [websecure]') + tcp(any, 'entryPoints: [websecure]'),
  ],
  ['a host without TLS, which Traefik refuses', route() + tcp('HostSNI(`shop.example`)')],
  ['ALPN, which nobody names without TLS', route() + tcp(`${any} && ALPN(\`h2\`)`)],
  ['another class', route() + tcp(any, undefined, '{kubernetes.io/ingress.class: a}')],
  [
    'an Ingress with TLS',
    ingress(
      '{traefik.ingress.kubernetes.io/router.entrypoints: web, traefik.ingress.kubernetes.io/router.tls: "true"}',
    ) + tcp(any),
  ],
  ['an HTTPRoute at a listener for HTTPS', running + gateway(8000, 'HTTPS') + tcp(any)],
  ['an HTTPRoute at another port', running + gateway(8443, 'HTTP') + tcp(any)],
])('it takes none: %s', async (_name, text) => {
  expect(await seen(text)).toBe(left)
})

const open = (match: string): string =>
  route('entryPoints: [secure], tls: {}').replace('Host(`shop.example`)', match)
const named = (match: string): string => tcp(match, 'entryPoints: [secure], tls: {passthrough: true}')
const takenOf = async (text: string): Promise<string[]> => {
  const { explanations } = await explainedText(service + text)
  const [web] = explanations.filter(({ service: own }) => own !== undefined)
  return (web?.paths ?? []).flatMap(({ hops }) =>
    hops.flatMap(({ taken: by, role }) => (by === undefined ? [] : [`${role} ${by.isTls} ${by.isAll}`])),
  )
}

it.each([
  [
    'a path alone, and a name',
    open('PathPrefix(`/`)') + named('HostSNI(`a.example`)'),
    ['decides true false'],
  ],
  ['a pattern of hosts', open('HostRegexp(`.*`)') + named('HostSNI(`a.example`)'), ['decides true false']],
  ['a path alone, and any host', open('PathPrefix(`/`)') + named(any), []],
  ['a host, and its name', open('Host(`a.example`)') + named('HostSNI(`a.example`)'), []],
])('with TLS it takes the hosts that it names from who names none: %s', async (_name, text, expected) => {
  expect(await takenOf(text)).toEqual(expected)
})
