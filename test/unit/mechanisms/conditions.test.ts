/** What a route asks for beside host and path stands in its way: each mechanism, each kind of condition. */
import { expect, it } from 'vitest'
import { explainedText } from './explained.ts'
import { ingressClassText, serviceText } from './manifests.ts'

type Json = Record<string, unknown>

const object = (
  apiVersion: string,
  kind: string,
  spec: Json,
  annotations: Json = {},
  name = 'front',
): string =>
  `---\n${JSON.stringify({ apiVersion, kind, metadata: { name, namespace: 'shop', annotations }, spec })}\n`
const to = { name: 'web', port: 80 }
const service = { service: { name: 'web', port: { number: 80 } } }

const httpRoute = (match: Json): string =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    hostnames: ['a.example'],
    parentRefs: [{ name: 'g' }],
    rules: [{ matches: [match], backendRefs: [to] }],
  })
const grpcRoute = (match: Json): string =>
  object('gateway.networking.k8s.io/v1', 'GRPCRoute', {
    hostnames: ['a.example'],
    parentRefs: [{ name: 'g' }],
    rules: [{ matches: [match], backendRefs: [to] }],
  })
const virtualService = (match: Json, gateways = ['g']): string =>
  object('networking.istio.io/v1', 'VirtualService', {
    hosts: ['a.example'],
    gateways,
    http: [{ match: [match], route: [{ destination: { host: 'web' } }] }],
  })
const proxy = (...conditions: Json[]): string =>
  object('projectcontour.io/v1', 'HTTPProxy', {
    virtualhost: { fqdn: 'a.example' },
    routes: [{ conditions, services: [to] }],
  })
const included = (ofInclude: Json[], ofRoute: Json[]): string =>
  object('projectcontour.io/v1', 'HTTPProxy', {
    virtualhost: { fqdn: 'a.example' },
    includes: [{ name: 'inner', conditions: ofInclude }],
  }) +
  object(
    'projectcontour.io/v1',
    'HTTPProxy',
    { routes: [{ conditions: ofRoute, services: [to] }] },
    {},
    'inner',
  )
const group = (route: Json): string =>
  object('zalando.org/v1', 'RouteGroup', {
    hosts: ['a.example'],
    backends: [{ name: 'b', type: 'service', serviceName: 'web', servicePort: 80 }],
    defaultBackends: [{ backendName: 'b' }],
    routes: [route],
  })
const mapping = (more: Json): string =>
  object('getambassador.io/v3alpha1', 'Mapping', {
    hostname: 'a.example',
    prefix: '/',
    service: 'web',
    ...more,
  })
const apisix = (match: Json): string =>
  object('apisix.apache.org/v2', 'ApisixRoute', {
    http: [
      {
        name: 'r',
        match: { hosts: ['a.example'], paths: ['/*'], ...match },
        backends: [{ serviceName: 'web', servicePort: 80 }],
      },
    ],
  })
const virtualServer = (...conditions: Json[]): string =>
  object('k8s.nginx.org/v1', 'VirtualServer', {
    host: 'a.example',
    upstreams: [{ name: 'u', service: 'web', port: 80 }],
    routes: [
      { path: '/', matches: [{ conditions, action: { pass: 'u' } }], action: { return: { code: 404 } } },
    ],
  })
const ingress = (controller: string, annotations: Json, more = ''): string => {
  const spec = {
    ingressClassName: 'it',
    rules: [{ host: 'a.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: service }] } }],
  }
  return `---${ingressClassText(controller)}${object('networking.k8s.io/v1', 'Ingress', spec, annotations)}${more}`
}
const canary = (annotations: Json): string => {
  const nginx = (more: Json): Json =>
    Object.fromEntries(
      Object.entries(more).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    )
  const rules = (name: string): Json => ({
    ingressClassName: 'it',
    rules: [
      {
        host: 'a.example',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }],
        },
      },
    ],
  })
  return `---${ingressClassText('k8s.io/ingress-nginx')}${object('networking.k8s.io/v1', 'Ingress', rules('main'), {}, 'main')}${object('networking.k8s.io/v1', 'Ingress', rules('web'), nginx({ canary: 'true', ...annotations }))}`
}
const alb = (...conditions: Json[]): string =>
  ingress('ingress.k8s.aws/alb', {
    'alb.ingress.kubernetes.io/target-type': 'ip',
    'alb.ingress.kubernetes.io/conditions.web': JSON.stringify(conditions),
  })
const skipperIngress = (predicate: string): string =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    {
      ingressClassName: 'skipper',
      rules: [{ host: 'a.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: service }] } }],
    },
    { 'zalando.org/skipper-predicate': predicate },
  )

const addressesOf = async (text: string): Promise<string[]> => {
  const { explanations } = await explainedText(serviceText('web') + text)
  const [web] = explanations.filter(({ service: own }) => own !== undefined)
  return [
    ...new Set(
      web?.paths.flatMap(({ entry: { kind, address } }) =>
        kind === 'host' || kind === 'mesh' ? [address] : [],
      ),
    ),
  ]
}

it.each<[string, string, string]>([
  ['HTTPRoute, method', httpRoute({ method: 'POST' }), 'a.example where method is POST'],
  [
    'HTTPRoute, header',
    httpRoute({ path: { value: '/x' }, headers: [{ name: 'x-beta', value: 'on' }] }),
    'a.example/x where header x-beta is on',
  ],
  [
    'HTTPRoute, header by a pattern',
    httpRoute({ headers: [{ type: 'RegularExpression', name: 'x-beta', value: '^o' }] }),
    'a.example where header x-beta matches ^o',
  ],
  [
    'HTTPRoute, parameter and header',
    httpRoute({ queryParams: [{ name: 'q', value: '1' }], headers: [{ name: 'h', value: '2' }] }),
    'a.example where header h is 2 and parameter q is 1',
  ],
  [
    'GRPCRoute, header',
    grpcRoute({ method: { service: 'S', method: 'M' }, headers: [{ name: 'h', value: '2' }] }),
    'a.example/S/M where header h is 2',
  ],
  [
    'VirtualService, header',
    virtualService({ headers: { end: { exact: 'jason' } } }),
    'a.example where header end is jason',
  ],
  [
    'VirtualService, header that is there',
    virtualService({ uri: { prefix: '/x' }, headers: { end: {} } }),
    'a.example/x where header end',
  ],
  [
    'VirtualService, without a header',
    virtualService({ withoutHeaders: { end: { prefix: 'j' } } }),
    'a.example where not header end begins with j',
  ],
  [
    'VirtualService, parameter, method and port',
    virtualService({ queryParams: { q: { regex: '1+' } }, method: { exact: 'GET' }, port: 80 }),
    'a.example where method is GET and port is 80 and parameter q matches 1+',
  ],
  [
    'VirtualService, callers',
    virtualService({ sourceLabels: { app: 'a' }, sourceNamespace: 'b' }, ['mesh']),
    'a.example where label of the caller app is a and the caller is of b',
  ],
  [
    'HTTPProxy, header',
    proxy({ prefix: '/x' }, { header: { name: 'h', contains: 'on' } }),
    'a.example/x where header h contains on',
  ],
  ['HTTPProxy, no header', proxy({ header: { name: 'h', notpresent: true } }), 'a.example where no header h'],
  [
    'HTTPProxy, header that is there',
    proxy({ header: { name: 'h', present: true } }),
    'a.example where header h',
  ],
  [
    'HTTPProxy, header that is not so',
    proxy({ header: { name: 'h', notexact: 'a' } }),
    'a.example where header h is not a',
  ],
  [
    'HTTPProxy, parameter',
    proxy({ queryParameter: { name: 'q', suffix: 'a' } }),
    'a.example where parameter q ends with a',
  ],
  [
    'HTTPProxy, include and route',
    included(
      [{ prefix: '/x' }, { header: { name: 'h', exact: 'a' } }],
      [{ prefix: '/y' }, { queryParameter: { name: 'q', exact: 'b' } }],
    ),
    'a.example/x/y where header h is a and parameter q is b',
  ],
  [
    'RouteGroup, predicates',
    group({ pathSubtree: '/x', predicates: ['Header("X-A", "b")', 'Weight(2)'] }),
    'a.example/x where Header("X-A", "b") and Weight(2)',
  ],
  [
    'RouteGroup, methods',
    group({ pathSubtree: '/', methods: ['GET', 'HEAD'] }),
    'a.example where method is GET or HEAD',
  ],
  [
    'Ingress of Skipper, predicates',
    skipperIngress('Cookie("a", "b") && QueryParam("q")'),
    'a.example/ where Cookie("a", "b") and QueryParam("q")',
  ],
  [
    'Mapping, header and method',
    mapping({ method: 'GET', headers: { 'x-a': 'b', 'x-c': true } }),
    'a.example where method is GET and header x-a is b and header x-c',
  ],
  [
    'Mapping, patterns',
    mapping({ regex_headers: { h: 'a.*' }, query_parameters: { q: '1' } }),
    'a.example where header h matches a.* and parameter q is 1',
  ],
  [
    'ApisixRoute, methods and addresses',
    apisix({ methods: ['GET'], remoteAddrs: ['10.0.0.0/8'] }),
    'a.example where method is GET and client address is 10.0.0.0/8',
  ],
  [
    'ApisixRoute, expression',
    apisix({ exprs: [{ subject: { scope: 'Header', name: 'X-A' }, op: 'Equal', value: 'b' }] }),
    'a.example where header X-A Equal b',
  ],
  [
    'VirtualServer, cookie',
    virtualServer({ cookie: 'beta', value: 'on' }),
    'a.example where cookie beta is on',
  ],
  [
    'VirtualServer, several',
    virtualServer({ header: 'h', value: '!a' }, { argument: 'q', value: '1' }),
    'a.example where header h is not a and argument q is 1',
  ],
  [
    'canary of ingress-nginx, header',
    canary({ 'canary-by-header': 'x-beta' }),
    'a.example/ where header x-beta is always',
  ],
  [
    'canary of ingress-nginx, value and cookie',
    canary({ 'canary-by-header': 'x-beta', 'canary-by-header-value': 'on', 'canary-by-cookie': 'beta' }),
    'a.example/ where header x-beta is on or cookie beta is always',
  ],
  [
    'canary of ingress-nginx, pattern',
    canary({ 'canary-by-header': 'x-beta', 'canary-by-header-pattern': 'o.' }),
    'a.example/ where header x-beta matches o.',
  ],
  [
    'Kong, header and methods',
    ingress('ingress-controllers.konghq.com/kong', {
      'konghq.com/headers.x-a': 'b,c',
      'konghq.com/methods': 'GET',
    }),
    'a.example/ where header x-a is b or c and method is GET',
  ],
  [
    'ALB, header and method',
    alb(
      { field: 'http-header', httpHeaderConfig: { httpHeaderName: 'H', values: ['a', 'b'] } },
      { field: 'http-request-method', httpRequestMethodConfig: { values: ['GET'] } },
    ),
    'a.example/ where header H is a or b and method is GET',
  ],
  [
    'ALB, parameter and address',
    alb(
      { field: 'query-string', queryStringConfig: { values: [{ key: 'q', value: '1' }] } },
      { field: 'source-ip', sourceIpConfig: { values: ['10.0.0.0/8'] } },
    ),
    'a.example/ where query is q=1 and client address is 10.0.0.0/8',
  ],
  [
    'HAProxy Ingress, header',
    ingress('haproxy-ingress.github.io/controller', {
      'haproxy-ingress.github.io/http-header-match': 'x-a: b',
    }),
    'a.example/ where header x-a is b',
  ],
  [
    'IngressRoute, its rule',
    object('traefik.io/v1alpha1', 'IngressRoute', {
      routes: [{ match: 'Host(`a.example`) && Header(`h`, `a`)', services: [to] }],
    }),
    'Host(`a.example`) && Header(`h`, `a`)',
  ],
])('%s', async (_name, text, expected) => {
  expect(await addressesOf(text)).toEqual([expected])
})

it.each([
  ['HTTPRoute', httpRoute({}), 'a.example'],
  ['VirtualService', virtualService({ uri: { prefix: '/x' } }), 'a.example/x'],
  ['HTTPProxy', proxy({ prefix: '/x' }), 'a.example/x'],
  ['RouteGroup', group({ pathSubtree: '/x' }), 'a.example/x'],
  ['Mapping', mapping({}), 'a.example'],
  ['ApisixRoute', apisix({}), 'a.example'],
  ['a canary with a weight', canary({ 'canary-by-header': 'x-beta', 'canary-weight': '10' }), 'a.example/'],
  ['Kong', ingress('ingress-controllers.konghq.com/kong', {}), 'a.example/'],
  [
    'ALB with JSON that is none',
    ingress('ingress.k8s.aws/alb', {
      'alb.ingress.kubernetes.io/target-type': 'ip',
      'alb.ingress.kubernetes.io/conditions.web': '[{',
    }),
    'a.example/',
  ],
])('nothing is asked for: %s', async (_name, text, expected) => {
  expect(await addressesOf(text)).toEqual([expected])
})
