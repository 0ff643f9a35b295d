/** `--to`: what stands for a target on another mechanism, and gets its affinity. */
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { editOthers } from '../../../../src/change/manifest/others.ts'
import type { Destination } from '../../../../src/model/affinity/change.ts'

const prefix = 'nginx.ingress.kubernetes.io'

interface Backend {
  host?: string
  path?: string
  service?: string
}

const documents = (...texts: string[]): string => texts.join('---\n')

const service = (name = 'web'): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
`

const ingress = (name: string, className: string, backends: Backend[], annotations = {}): string => {
  const rules = backends.map(({ host = 'shop.example', path = '/', service: to = 'web' }) => ({
    host,
    http: {
      paths: [{ path, pathType: 'Prefix', backend: { service: { name: to, port: { number: 80 } } } }],
    },
  }))
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}, annotations: ${JSON.stringify(annotations)}}
spec: {ingressClassName: ${className}, rules: ${JSON.stringify(rules)}}
`
}

const cookie = {
  [`${prefix}/affinity`]: 'cookie',
  [`${prefix}/session-cookie-name`]: 'route',
  [`${prefix}/session-cookie-path`]: '/',
  [`${prefix}/session-cookie-max-age`]: '3600',
}

/** The source of all tests here, for these Services. */
const old = (...backends: Backend[]): string =>
  documents(
    service('web'),
    service('cart'),
    ingress('shop', 'nginx', backends.length === 0 ? [{}] : backends, cookie),
  )

const istioGateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: ['*'], port: {number: 80, protocol: HTTP, name: http}}]}
`

const virtualService = (host = 'shop.example', to = 'web', gateways = 'gateways: [gw], '): string =>
  documents(
    istioGateway,
    `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${to}}
spec: {${gateways}hosts: [${host}], http: [{route: [{destination: {host: ${to}}}]}]}
`,
  )

const route = (controller: string, host = 'shop.example'): string => `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: it}
spec: {controllerName: ${controller}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec: {gatewayClassName: it, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: new}
spec:
  hostnames: [${host}]
  parentRefs: [{name: gw}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
`

const byEnvoyGateway = 'gateway.envoyproxy.io/gatewayclass-controller'
const byIstio = 'istio.io/gateway-controller'

const ingressRoute = (services: string, more = ''): string => `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: new}
spec:
  routes: [{kind: Rule, match: 'Host(\`shop.example\`)', services: ${services}}]
${more}`

const weighted = `---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: both}
spec: {weighted: {services: [{name: web, port: 80, weight: 1}]}}
`

interface Parsed {
  kind: string
  metadata: { name: string }
}

/** What becomes of the objects of a file, and what is said. */
function carry(text: string, to: Destination, instead = {}) {
  const { text: edited, notices = [] } = editOthers([{ name: 'x.yaml', text, named: true }], {
    request: { verb: 'enable' },
    with: undefined,
    to: { destination: to, instead },
  })
  const all = parseAllDocuments(edited).map((one) => one.toJS() as Parsed)
  const before = new Map(
    parseAllDocuments(text).map((one) => [JSON.stringify(one.toJS()), one.toJS() as Parsed]),
  )
  const changed = all.filter((one) => !before.has(JSON.stringify(one)))
  return {
    changed: Object.fromEntries(changed.map((one) => [`${one.kind}/${one.metadata.name}`, one])),
    said: notices.map(({ about, notice }) => `${about}: ${notice.message}`),
  }
}

const hash = (name = 'route', ttl = '3600s') => ({
  spec: { trafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name, path: '/', ttl } } } } },
})

describe('the affinity of an Ingress', () => {
  it('goes to the VirtualService of the same host, as a DestinationRule', () => {
    const { changed } = carry(documents(old(), virtualService()), 'istio')
    expect(Object.keys(changed)).toStrictEqual(['DestinationRule/web'])
    expect(changed['DestinationRule/web']).toMatchObject(hash())
  })

  it('goes to the Services behind an HTTPRoute that Istio serves', () => {
    const text = documents(old(), route(byIstio))
    for (const to of ['istio', 'gateway-api'] as const)
      expect(carry(text, to).changed['DestinationRule/web']).toMatchObject(hash())
  })

  it('is set once where a VirtualService and an HTTPRoute lead to one Service', () => {
    const text = documents(old(), virtualService(), route(byIstio))
    const { changed } = carry(text, 'istio')
    expect(Object.keys(changed)).toStrictEqual(['DestinationRule/web'])
  })

  it('goes to an HTTPRoute of Envoy Gateway', () => {
    const text = documents(old(), route(byEnvoyGateway))
    for (const to of ['envoy-gateway', 'gateway-api'] as const)
      expect(Object.keys(carry(text, to).changed)).toStrictEqual(['HTTPRoute/new'])
  })

  it('goes to an IngressRoute, and behind one to the TraefikService that picks', () => {
    const plain = carry(documents(old(), ingressRoute('[{name: web, port: 80}]')), 'traefik')
    expect(Object.keys(plain.changed)).toStrictEqual(['IngressRoute/new'])
    const text = documents(old(), ingressRoute('[{kind: TraefikService, name: both}]', weighted))
    expect(Object.keys(carry(text, 'traefik').changed)).toStrictEqual(['TraefikService/both'])
  })

  it('goes to the Service behind an Ingress of Traefik, and back to one of ingress-nginx', () => {
    const text = documents(old(), ingress('new', 'traefik', [{}]))
    expect(Object.keys(carry(text, 'traefik').changed)).toStrictEqual(['Service/web'])
    const other = documents(
      service(),
      ingress('shop', 'nginx', [{}]),
      virtualService(),
      `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: SID, path: /, ttl: 60s}}}}}
`,
    )
    expect(carry(other, 'ingress-nginx').changed['Ingress/shop']).toMatchObject({
      metadata: {
        annotations: { [`${prefix}/session-cookie-name`]: 'SID', [`${prefix}/session-cookie-max-age`]: '60' },
      },
    })
  })

  it('goes to everything of its hosts, and says to which Services nothing leads', () => {
    const both = old({ path: '/a' }, { path: '/b', service: 'cart' })
    const text = documents(both, virtualService(), virtualService('shop.example', 'cart').split('---\n')[1]!)
    const { changed, said } = carry(text, 'istio')
    expect(Object.keys(changed).toSorted()).toStrictEqual(['DestinationRule/cart', 'DestinationRule/web'])
    expect(said.join('\n')).not.toContain('leads to')
    const half = carry(documents(both, virtualService()), 'istio')
    expect(Object.keys(half.changed)).toStrictEqual(['DestinationRule/web'])
    expect(half.said).toContain('virtualservice/web: nothing of Istio leads to service/cart')
  })

  it('goes to a host that stands for others, and lets flags count instead', () => {
    const text = documents(old(), virtualService('"*.example"'))
    expect(carry(text, 'istio', { name: 'other' }).changed['DestinationRule/web']).toMatchObject(
      hash('other'),
    )
  })
})

describe('from several to one', () => {
  it('goes what is the same for all, once', () => {
    const other = ingress('other', 'nginx', [{ host: 'other.example' }], cookie)
    const { changed } = carry(documents(old(), other, virtualService('"*.example"')), 'istio')
    expect(Object.keys(changed)).toStrictEqual(['DestinationRule/web'])
  })

  it('goes nothing where they differ, and it says which do', () => {
    const other = { ...cookie, [`${prefix}/session-cookie-name`]: 'SID' }
    const both = ingressRoute('[{name: web, port: 80}, {name: cart, port: 80}]')
    const text = documents(old(), ingress('other', 'nginx', [{ service: 'cart' }], other), both)
    expect(() => carry(text, 'traefik')).toThrow(
      'ingress/shop and ingress/other both lead to what ingressroute/new serves, and keep clients by different things',
    )
  })
})

describe('it goes nowhere', () => {
  it.each([
    ['without anything of the mechanism', old(), /nothing of Istio leads to service\/web for shop\.example/],
    [
      'where only other hosts lead there',
      documents(old(), virtualService('other.example')),
      /nothing of Istio/,
    ],
    [
      'where only callers in the mesh come by it',
      documents(old(), virtualService('shop.example', 'web', '')),
      /nothing of Istio/,
    ],
    ['where somebody else serves the route', documents(old(), route(byEnvoyGateway)), /nothing of Istio/],
    [
      'where there is no affinity',
      documents(service(), ingress('shop', 'nginx', [{}]), virtualService()),
      /keeps no clients/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => carry(text, 'istio')).toThrow(message)
  })

  it('says what has to be there, or what to name for another host', () => {
    const hintsOf = (text: string): unknown => {
      try {
        carry(text, 'istio')
        return undefined
      } catch (error) {
        return (error as { hints: unknown }).hints
      }
    }
    expect(hintsOf(old())).toStrictEqual([
      'what has to be there:  a VirtualService, or an HTTPRoute at a Gateway of class istio',
    ])
    expect(hintsOf(documents(old(), virtualService('other.example')))).toStrictEqual([
      'for other hosts virtualservice/web does:  kubectl affinity enable virtualservice/web -n default --from ingress/shop',
    ])
  })
})
