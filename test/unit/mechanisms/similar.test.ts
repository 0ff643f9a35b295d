/** Kinds of faults that are like those of the cases from the field, and were not told. */
import { describe, expect, test } from 'vitest'
import { explainedText } from './explained.ts'
import { ingressClassText, ingressText, serviceText } from './manifests.ts'

const ingress = (
  controller: string,
  port: string,
  annotations: Readonly<Record<string, string>> = {},
): string => [ingressClassText(controller), ingressText(annotations, port)].join('---')

async function messages(...documents: readonly string[]): Promise<string[]> {
  const { explanations } = await explainedText(documents.join('---'))
  const found = explanations.flatMap(({ findings }) =>
    findings.map(({ code, message }) => `${code} ${message}`),
  )
  return [...new Set(found)]
}

test('annotations of Traefik 1 on a Service', async () => {
  const old = { 'traefik.ingress.kubernetes.io/affinity': 'true' }
  const front = ingress('traefik.io/ingress-controller', '{number: 80}')
  expect(await messages(serviceText('web', old), front)).toEqual([
    'AFF-TRA-DEAD-ANNOTATION traefik.ingress.kubernetes.io/affinity is of Traefik 1: nobody reads it any more',
  ])
})

test('an action of AWS with the name of a Service is no way to it', async () => {
  const targetGroups = ['web', 'api'].map((serviceName) => ({ serviceName, servicePort: 80, weight: 50 }))
  const action = JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } })
  const annotations = {
    'alb.ingress.kubernetes.io/target-type': 'ip',
    'alb.ingress.kubernetes.io/actions.web': action,
  }
  const front = ingress('ingress.k8s.aws/alb', '{name: use-annotation}', annotations)
  const { ways } = await explainedText([serviceText('web'), serviceText('api'), front].join('---'))
  expect(ways).toEqual(['shop.example/ none 50 %'])
})

test('a field of a BackendConfig that does not exist', async () => {
  const config = `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: b, namespace: shop}
spec: {sessionAffinity: {affinityType: GENERATED_COOKIE, affinityCookieTtl: 50}}
`
  const front = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: {kubernetes.io/ingress.class: gce}}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
`
  const annotations = {
    'cloud.google.com/backend-config': '{"default": "b"}',
    'cloud.google.com/neg': '{"ingress": true}',
  }
  expect(await messages(serviceText('web', annotations), front, config)).toEqual([
    'AFF-GKE-AFFINITY-VALUE sessionAffinity has no field "affinityCookieTtl": did you mean "affinityCookieTtlSec"?',
  ])
})

test.each([
  [
    'haproxy.org/ingress-controller',
    { 'haproxy.org/cookie-persistence': 'PHPSESSID' },
    'PHPSESSID, which is one of PHP',
  ],
  [
    'k8s.io/ingress-nginx',
    {
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/session-cookie-name': 'connect.sid',
    },
    'connect.sid, which is one of Express',
  ],
])('a name that applications use themselves, at %s', async (controller, annotations, words) => {
  const said = await messages(serviceText('web'), ingress(controller, '{number: 80}', annotations))
  expect(said.filter((one) => one.startsWith('AFF-L7-APPLICATION-COOKIE'))).toEqual([
    expect.stringContaining(words),
  ])
})

test('two Services of a host with one cookie, behind Traefik instead of ingress-nginx', async () => {
  const sticky = (name: string): Readonly<Record<string, string>> => ({
    'nginx.ingress.kubernetes.io/affinity': 'cookie',
    'nginx.ingress.kubernetes.io/session-cookie-name': name,
  })
  const second = (name: string): string =>
    ingress('traefik.io/ingress-nginx', '{number: 80}', sticky(name))
      .split('---')[1]!
      .replace('{name: web, namespace', '{name: api, namespace')
      .replace('{path: /,', '{path: /api,')
      .replace('service: {name: web', 'service: {name: api')
  const first = ingress('traefik.io/ingress-nginx', '{number: 80}', sticky('route'))
  const both = [serviceText('web'), serviceText('api'), first]
  expect(await messages(...both, second('route'))).toEqual([
    'AFF-TRA-ONE-COOKIE-NAME on shop.example the cookie of web has the name and path of that of api',
  ])
  expect(await messages(...both, second('other'))).toEqual([])
  // The value names the address of a pod, which both have.
  const samePods = [serviceText('web'), serviceText('api').replace('app: api', 'app: web'), first]
  expect(await messages(...samePods, second('route'))).toEqual([])
})

test('an annotation that is long gone is not taken for a slip, behind Traefik instead of ingress-nginx', async () => {
  const prefix = 'nginx.ingress.kubernetes.io/'
  const own = { affinity: 'cookie', 'session-cookie-hash': 'sha1', 'session-cokie-name': 'route' }
  const annotations = Object.fromEntries(Object.entries(own).map(([key, value]) => [prefix + key, value]))
  expect(
    await messages(serviceText('web'), ingress('traefik.io/ingress-nginx', '{number: 80}', annotations)),
  ).toEqual([
    `AFF-L7-MISSPELT-ANNOTATION Traefik (for ingress-nginx) has no annotation ${prefix}session-cokie-name: did you mean session-cookie-name?`,
    'AFF-NGX-DEAD-ANNOTATION session-cookie-hash has no effect since 0.24 (2019)',
  ])
})

describe('cookies of one name on a host of Traefik', () => {
  const ofRoute = (match: string, name: string, cookie = 'sid'): string => `
  - match: ${match}
    services: [{name: ${name}, port: 80, sticky: {cookie: {name: ${cookie}}}}]`
  const route = (name: string, ...routes: readonly string[]): string => `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: ${name}, namespace: shop}
spec:
  routes:${routes.join('')}
`
  const [web, api] = [serviceText('web'), serviceText('api')]
  const [hostOfApi, host] = ['Host(`shop.example`) && PathPrefix(`/api`)', 'Host(`shop.example`)']
  const said = (of: string, before: string): string =>
    `AFF-TRA-ONE-COOKIE-NAME on shop.example the cookie of ${of} has the name and path of that of ${before}`

  test.each([
    ['two routes', [route('a', ofRoute(hostOfApi, 'api'), ofRoute(host, 'web'))], [said('web', 'api')]],
    ['two names', [route('a', ofRoute(hostOfApi, 'api'), ofRoute(host, 'web', 'other'))], []],
    ['two hosts', [route('a', ofRoute('Host(`api.example`)', 'api'), ofRoute(host, 'web'))], []],
    ['one Service twice', [route('a', ofRoute(hostOfApi, 'web'), ofRoute(host, 'web'))], []],
    [
      'two IngressRoutes, of many hosts',
      [
        route('a', ofRoute(hostOfApi, 'api')),
        route('b', ofRoute('Host(`a.example`) || Host(`shop.example`)', 'web')),
      ],
      [said('web', 'api')],
    ],
    [
      'one for all hosts',
      [route('a', ofRoute('PathPrefix(`/api`)', 'api')), route('b', ofRoute(host, 'web'))],
      [said('web', 'api')],
    ],
    ['a pattern', [route('a', ofRoute('HostRegexp(`.+`)', 'api')), route('b', ofRoute(host, 'web'))], []],
  ])('%s', async (_case, routes, expected) => {
    expect(await messages(web, api, ...routes)).toEqual(expected)
  })

  test('of two Services with annotations', async () => {
    const key = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
    const [sid, other] = ['sid', 'other'].map((name) => ({ [key]: 'true', [`${key}.name`]: name }))
    const front = ingress('traefik.io/ingress-controller', '{number: 80}').replace(
      'paths: [',
      'paths: [{path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}, ',
    )
    expect(await messages(serviceText('web', sid), serviceText('api', sid), front)).toEqual([
      said('web', 'api'),
    ])
    expect(await messages(serviceText('web', sid), serviceText('api', other), front)).toEqual([])
  })
})

test('a backend-config of Google that names none', async () => {
  const front = ingress('x', '{number: 80}')
    .replace('ingressClassName: it', '')
    .replace('annotations: {}', 'annotations: {kubernetes.io/ingress.class: gce}')
  const named = (value: string): string => serviceText('web', { 'cloud.google.com/backend-config': value })
  const faults = async (value: string): Promise<string[]> =>
    (await messages(named(value), front)).map((one) => one.split(' ')[0] ?? '')
  expect(await faults('{"deflaut": "own"}')).toEqual(['AFF-GKE-BAD-JSON'])
  expect(await faults('{"Default": "own"}')).toEqual([])
})

test('two VirtualServices of the mesh for one host are told once, at the later one', async () => {
  const virtual = (name: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop}
spec: {hosts: [web], http: [{route: [{destination: {host: web}}]}]}
`
  const { all, explanations } = await explainedText(
    [serviceText('web'), virtual('one'), virtual('two')].join('---'),
  )
  expect(all.filter((one) => one.startsWith('AFF-ISTIO-SAME-HOST'))).toHaveLength(1)
  expect(explanations[0]?.findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'AFF-ISTIO-SAME-HOST virtualservice/one and virtualservice/two are for web in the mesh, where one of them counts',
  ])
})

test.each([
  ['HTTPRoute', 'web', ['AFF-EG-NO-PATH']],
  ['TCPRoute', 'web', []],
  ['Service', 'web', ['AFF-EG-BAD-TARGET']],
  ['HTTPRoute', 'wbe', ['AFF-EG-BAD-TARGET']],
])('nobody gets a cookie of a policy for a %s %s that cannot have it', async (kind, name, codes) => {
  const policy = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: sticky, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: ${kind}, name: ${name}}]
  loadBalancer: {type: ConsistentHash, consistentHash: {type: Cookie, cookie: {name: route, ttl: 1h}}}
`
  const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}
`
  const found = await messages(serviceText('web'), route, policy)
  expect(found.map((one) => one.split(' ')[0]).filter((one) => one?.startsWith('AFF-EG'))).toEqual(codes)
})

test.each(['service.strategy', 'service.nativelb', 'service.sticky.cookie'])(
  '%s on an Ingress, which Traefik reads on Services',
  async (key) => {
    const front = ingress('traefik.io/ingress-controller', '{number: 80}', {
      [`traefik.ingress.kubernetes.io/${key}`]: 'true',
    })
    expect(await messages(serviceText('web'), front)).toEqual([
      `AFF-TRA-ANNOTATION-ON-INGRESS Traefik does not read traefik.ingress.kubernetes.io/${key} on an Ingress: it belongs on the Service`,
    ])
  },
)

test('a misspelt field in the loadBalancerPolicy of Contour', async () => {
  const proxy = (balancer: string): string => `
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: web, namespace: shop}
spec:
  virtualhost: {fqdn: shop.example}
  routes: [{services: [{name: web, port: 80}], loadBalancerPolicy: ${balancer}}]
`
  expect(await messages(serviceText('web'), proxy('{stratgy: Cookie}'))).toEqual([
    'AFF-CONTOUR-UNKNOWN-FIELD loadBalancerPolicy has no field "stratgy": did you mean strategy?',
  ])
  expect(await messages(serviceText('web'), proxy('{strategy: Cookie}'))).toEqual([])
})

test.each([
  ['session-cokie-name', ['session-cookie-name']],
  ['afinity', ['affinity']],
  ['canary-weigth', []],
  ['sticky-cookies-please', ['']],
  ['session-cookie-path', []],
  ['proxy-body-size', []],
])('the annotation %s of ingress-nginx', async (key, meant) => {
  const prefix = 'nginx.ingress.kubernetes.io/'
  const front = ingress('k8s.io/ingress-nginx', '{number: 80}', { [prefix + key]: '/' })
  const found = (await messages(serviceText('web'), front)).filter((one) => one.includes('MISSPELT'))
  expect(found).toEqual(
    meant.map(
      (one) =>
        `AFF-L7-MISSPELT-ANNOTATION ingress-nginx has no annotation ${prefix}${key}${one === '' ? '' : `: did you mean ${one}?`}`,
    ),
  )
})

test.each([
  [
    { 'session-cookie-max-age': '0' },
    'session-cookie-max-age 0 makes a cookie that has expired when it comes',
  ],
  [{ 'session-cookie-max-age': '60', 'session-cookie-expires': '0' }, undefined],
  [{ 'session-cookie-path': '/admin' }, 'the cookie of shop.example/ is sent back below /admin only'],
  [
    { 'session-cookie-domain': 'other.example' },
    'browsers refuse a cookie of shop.example for the domain other.example',
  ],
  [{ 'session-cookie-domain': '.shop.example' }, undefined],
])('whether browsers send a cookie of ingress-nginx back: %o', async (own, expected) => {
  const prefixed = Object.entries({ affinity: 'cookie', ...own }).map(([key, value]) => [
    `nginx.ingress.kubernetes.io/${key}`,
    value,
  ])
  const front = ingress('k8s.io/ingress-nginx', '{number: 80}', Object.fromEntries(prefixed))
  const found = (await messages(serviceText('web'), front)).filter(
    (one) => !one.startsWith('AFF-NGX-RETIRED'),
  )
  expect(found).toEqual(expected === undefined ? [] : [`AFF-NGX-COOKIE-LOST ${expected}`])
})

test('slips in annotations of the controller that serves, on the Ingress and on the Service', async () => {
  const alb = (key: string): string => ingress('ingress.k8s.aws/alb', '{number: 80}', { [key]: 'ip' })
  const right = 'alb.ingress.kubernetes.io/target-group-attributes'
  expect(await messages(serviceText('web'), alb(right.slice(0, -1)))).toEqual([
    `AFF-L7-MISSPELT-ANNOTATION AWS load balancer has no annotation ${right.slice(0, -1)}: did you mean target-group-attributes?`,
  ])
  // It is another one, and exists.
  expect(await messages(serviceText('web'), alb('alb.ingress.kubernetes.io/target-node-labels'))).toEqual([])
  const haproxy = ingress('haproxy.org/ingress-controller', '{number: 80}')
  expect(await messages(serviceText('web', { 'haproxy.org/cookie-persistance': 'SRV' }), haproxy)).toEqual([
    'AFF-L7-MISSPELT-ANNOTATION HAProxy Kubernetes Ingress has no annotation haproxy.org/cookie-persistance: did you mean cookie-persistence?',
  ])
})

test('a BackendConfig for a port by its name, which the Ingress names by its number', async () => {
  const front = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: {kubernetes.io/ingress.class: gce}}
spec: {rules: [{host: shop.example, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]}
`
  const config = `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: b, namespace: shop}
spec: {sessionAffinity: {affinityType: GENERATED_COOKIE}}
`
  const annotations = {
    'cloud.google.com/backend-config': '{"ports": {"http": "b"}}',
    'cloud.google.com/neg': '{"ingress": true}',
  }
  const service = serviceText('web', annotations).replace('port: 80', 'name: http, port: 80')
  const { ways } = await explainedText([service, front, config].join('---'))
  expect(ways).toEqual(['shop.example/ cookie GCLB'])
})

test('two Ingresses that set the cookie of one Service differently are told once, at the one that loses', async () => {
  const sticky = (name: string): Readonly<Record<string, string>> => ({
    'nginx.ingress.kubernetes.io/affinity': 'cookie',
    'nginx.ingress.kubernetes.io/session-cookie-name': name,
  })
  const second = ingressText(sticky('second'))
    .replace('{name: web', '{name: later')
    .replace('host: shop', 'host: api')
  const { explanations } = await explainedText(
    [serviceText('web'), ingress('k8s.io/ingress-nginx', '{number: 80}', sticky('first')), second].join(
      '---',
    ),
  )
  const fights = explanations[0]?.findings.filter(({ code }) => code === 'AFF-NGX-COOKIES-FIGHT')
  expect(fights?.map(({ objects }) => objects.map(({ name }) => name))).toEqual([['web', 'web', 'later']])
  expect(fights?.[0]?.message).toMatch(/^ingress\/later sets session-cookie-name/)
})

test.each([
  ['$remote_addr', /everybody who comes through one node gets one pod/],
  ['$remote_addr$request_uri', /the rest of the key decides/],
])('a hash of %s behind a Service that hides clients', async (key, words) => {
  const front = `
apiVersion: v1
kind: Service
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec: {type: LoadBalancer, selector: {app: nginx}, ports: [{port: 80}]}
`
  const by = ingress('k8s.io/ingress-nginx', '{number: 80}', {
    'nginx.ingress.kubernetes.io/upstream-hash-by': key,
  })
  const { explanations } = await explainedText([serviceText('web'), front, by].join('---'))
  const found = explanations.flatMap(({ findings }) => findings)
  expect(found.find(({ code }) => code === 'AFF-NGX-HASH-OF-NODES')?.why).toMatch(words)
})

test.each([
  [
    'k8s.io/ingress-nginx',
    { 'nginx.ingress.kubernets.io/affinity': 'cookie' },
    'ingress-nginx has no annotation nginx.ingress.kubernets.io/affinity: did you mean nginx.ingress.kubernetes.io/affinity?',
  ],
  [
    'haproxy.org/ingress-controller',
    { 'haproxi.org/cookie-persistence': 'SRV' },
    'HAProxy Kubernetes Ingress has no annotation haproxi.org/cookie-persistence: did you mean cookie-persistence?',
  ],
  ['k8s.io/ingress-nginx', { 'nginx.org/client-max-body-size': '4m' }, undefined],
])('a slip before the slash, at %s: %j', async (controller, annotations, message) => {
  const said = await messages(serviceText('web'), ingress(controller, '{number: 80}', annotations))
  expect(said.filter((one) => one.startsWith('AFF-L7-MISSPELT'))).toEqual(
    message === undefined ? [] : [`AFF-L7-MISSPELT-ANNOTATION ${message}`],
  )
})

test('a slip in an annotation of a Network Load Balancer', async () => {
  const prefix = 'service.beta.kubernetes.io/aws-load-balancer-'
  const balanced = (annotations: Readonly<Record<string, string>>): Promise<string[]> =>
    messages(serviceText('web', annotations).replace('spec: {', 'spec: {type: LoadBalancer, '))
  const attributes = 'stickiness.enabled=true,stickiness.type=source_ip'
  const type = { [`${prefix}type`]: 'external', [`${prefix}nlb-target-type`]: 'ip' }
  expect(await balanced({ ...type, [`${prefix}target-group-attribute`]: attributes })).toContain(
    `AFF-L7-MISSPELT-ANNOTATION AWS load balancers have no annotation ${prefix}target-group-attribute: did you mean ${prefix}target-group-attributes?`,
  )
  const right = {
    ...type,
    ...Object.fromEntries(
      [
        'target-group-attributes',
        'attributes',
        'ip-address-type',
        'ssl-cert',
        'ssl-ports',
        'name',
        'scheme',
      ].map((name) => [`${prefix}${name}`, name.endsWith('group-attributes') ? attributes : 'x']),
    ),
  }
  expect((await balanced(right)).filter((one) => one.includes('MISSPELT'))).toEqual([])
})

const routed = (services: string): string => `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, namespace: shop}
spec: {routes: [{match: 'Host(\`shop.example\`)', kind: Rule, services: ${services}}]}
`

test.each([
  [
    'true',
    [
      'AFF-L7-MISPLACED spec.routes[0].services[0].sticky is true: it has fields of its own, and the API server refuses the object',
    ],
  ],
  [
    '{}',
    ['AFF-L7-MISPLACED spec.routes[0].services[0].sticky has no cookie, without which nothing comes of it'],
  ],
  [
    '{name: sid}',
    ['AFF-L7-MISPLACED spec.routes[0].services[0].sticky has no cookie, without which nothing comes of it'],
  ],
  ['{cookie: {}}', []],
  ['{cookie: {name: sid}}', []],
])('sticky: %s', async (sticky, wanted) => {
  const said = await messages(serviceText('web'), routed(`[{name: web, port: 80, sticky: ${sticky}}]`))
  expect(said).toEqual(wanted)
})

test("a RouteGroup's algorithm beside its backends", async () => {
  const group = (at: string, backend: string): string => `
apiVersion: zalando.org/v1
kind: RouteGroup
metadata: {name: shop, namespace: shop}
spec: {${at}hosts: [shop.example], backends: [{${backend}name: b, type: service, serviceName: web, servicePort: 80}], defaultBackends: [{backendName: b}]}
`
  const hash = 'algorithm: consistentHash, '
  expect(await messages(serviceText('web'), group(hash, ''))).toEqual([
    'AFF-L7-MISPLACED there is no field spec.algorithm: it belongs to spec.backends.algorithm',
  ])
  expect(await messages(serviceText('web'), group('', hash))).toEqual([])
})

/** As the API server of a cluster with Istio took or refused each of them. */
test.each([
  [
    'httpCookie: {name: sid, path: /, ttl: 3600}',
    'httpCookie.ttl is a duration such as 0s or 1h, without days, and not 3600',
  ],
  [
    'httpCookie: {name: sid, path: /, ttl: "3600"}',
    'httpCookie.ttl is a duration such as 0s or 1h, without days, and not "3600"',
  ],
  [
    'httpCookie: {name: sid, path: /, ttl: 2d}',
    'httpCookie.ttl is a duration such as 0s or 1h, without days, and not "2d"',
  ],
  ['httpCookie: {name: 5, path: /, ttl: 0s}', 'httpCookie.name is a text, and not 5'],
  ['httpCookie: {path: /, ttl: 0s}', 'httpCookie has a name'],
  ['httpCookie: sid', 'httpCookie has a name, and not "sid"'],
  ['httpHeaderName: true', 'httpHeaderName is a text, and not true'],
  ['useSourceIp: "true"', 'useSourceIp is true or false, and not "true"'],
  ['httpCookie: {name: sid, path: /, ttl: 0s}', undefined],
  ['httpCookie: {name: sid, path: /, ttl: 1h30m}', undefined],
  ['httpCookie: {name: sid, path: /, ttl: "0"}', undefined],
  ['httpHeaderName: x-user', undefined],
  ['useSourceIp: true', undefined],
])('consistentHash: {%s}', async (hash, message) => {
  const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: {${hash}}}}}
`
  const said = await messages(serviceText('web'), rule)
  const refused = said.filter((one) => one.startsWith('AFF-ISTIO-HASH-REFUSED'))
  expect(refused).toEqual(message === undefined ? [] : [`AFF-ISTIO-HASH-REFUSED ${message}`])
  if (message !== undefined) expect(said.join()).not.toContain('AFF-ISTIO-COOKIE-NOT-MADE')
})
