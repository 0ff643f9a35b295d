import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import { service } from '../../analysis/build.ts'
import { waysThrough } from '../build.ts'
import {
  cookieOf,
  envoyGatewayOf,
  gatewayOf,
  hashOf,
  httpProxyOf,
  listenerSetOf,
  policyOf,
  prefix,
  programOf,
  routeOf,
  session,
} from './build.ts'

const plain = service({ sessionAffinity: 'None' })
const ways = (...objects: LooseObject[]) => waysThrough(plain, objects, {})
const policies = (...objects: LooseObject[]) => ways(...objects).map(({ hops: [hop] }) => hop?.policy)
const addresses = (...objects: LooseObject[]) => ways(...objects).map(({ entry }) => entry.address)
const listener = (more: object) => [{ name: 'web', port: 80, protocol: 'HTTP', ...more }]

describe('session persistence by controller', () => {
  const recorded = { kind: 'cookie', name: 'sid', madeBy: 'proxy', points: 'at-a-pod' }
  const why = { kind: 'unknown', why: expect.any(String) }

  it.each([
    ['Envoy Gateway of no known version', 'eg', [], recorded],
    ['Envoy Gateway 1.1', 'eg', [envoyGatewayOf('v1.1.0')], { kind: 'none' }],
    ['Envoy Gateway 1.9', 'eg', [envoyGatewayOf('v1.9.1')], { ...recorded, path: '/a' }],
    ['Envoy Gateway 1.10', 'eg', [envoyGatewayOf('v1.10.0')], { ...recorded, path: '/' }],
    ['Istio', 'istio', [], { kind: 'none' }],
    ['kgateway', 'kgateway', [], recorded],
    ['Cilium', 'cilium', [], why],
    ['a controller that nobody knows', 'unheard', [], why],
    ['NGINX Gateway Fabric that cannot be seen', 'nginx', [], why],
    [
      'NGINX Gateway Fabric without Plus',
      'nginx',
      [programOf('ghcr.io/nginx/nginx-gateway-fabric:2.6.7')],
      { kind: 'none' },
    ],
    [
      'NGINX Gateway Fabric with Plus',
      'nginx',
      [
        programOf('ghcr.io/nginx/nginx-gateway-fabric:2.6.7', [
          '--nginx-plus',
          '--gateway-api-experimental-features',
        ]),
      ],
      recorded,
    ],
  ] as const)('%s', (_name, controller, more, expected) => {
    const route = routeOf([{ ...prefix('/a'), ...session() }])
    expect(policies(...gatewayOf(controller), route, ...more)).toEqual([expected])
  })

  it.each([
    ['no name', {}, { name: 'httproute-shop-web-rule-0' }],
    ['the spelling of 1.7', { cookie: { name: 'x', path: '/p' } }, { name: 'x', path: '/p' }],
    [
      'a permanent cookie',
      { cookie: { name: 'x', lifetimeType: 'Permanent' }, absoluteTimeout: '1h30m' },
      { ttlSeconds: 5400 },
    ],
    ['a header', { type: 'Header', header: { name: 'x' } }, { kind: 'header', name: 'x' }],
  ])('with %s', (_name, sessionPersistence, expected) => {
    const objects = [...gatewayOf('eg'), envoyGatewayOf('v1.10.0'), routeOf([{ sessionPersistence }])]
    expect(policies(...objects)).toMatchObject([expected])
  })

  it('leaves a route of no gateway open', () => {
    expect(policies(routeOf([session()], { parentRefs: [] }))).toEqual([why])
    expect(policies(routeOf([session()]))).toEqual([why])
  })
})

it('rules that stick differently are different ways', () => {
  const rules = [prefix('/a', '/'), session()]
  const found = ways(...gatewayOf('eg'), routeOf(rules))
  expect(found.map(({ entry, hops: [hop] }) => [hop?.policy.kind, entry.address, hop?.field])).toEqual([
    ['none', 'a.example/a', 'spec.rules[0]'],
    ['none', 'a.example', 'spec.rules[0]'],
    ['cookie', 'a.example', 'spec.rules[1]'],
  ])
})

describe('attachment', () => {
  it.each([
    ['a host of the route', {}, ['a.example']],
    ['the narrower host', { hostname: '*.example' }, ['a.example']],
    ['the same host', { hostname: 'a.example' }, ['a.example']],
  ])('takes %s', (_name, more, expected) => {
    expect(addresses(...gatewayOf('eg', listener(more)), routeOf([{}]))).toEqual(expected)
  })

  it.each([
    ['another host', listener({ hostname: 'b.example' }), {}],
    ['another section', listener({}), { parentRefs: [{ name: 'gw', sectionName: 'other' }] }],
    ['another port', listener({}), { parentRefs: [{ name: 'gw', port: 81 }] }],
    ['another kind', listener({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }), {}],
    ['no namespace', listener({ allowedRoutes: { namespaces: { from: 'None' } } }), {}],
  ])('knows that a listener of %s takes nothing', (_name, listeners, more) => {
    const [way] = ways(...gatewayOf('eg', listeners), routeOf([session()], more))
    expect(way?.hops.map(({ role, policy }) => [role, policy.kind])).toEqual([['unknown', 'none']])
  })

  it('draws the same from the gateway, with hosts of the listener where the route has none', () => {
    const objects = [
      ...gatewayOf('eg', listener({ hostname: 'b.example' })),
      routeOf([{}], { hostnames: [] }),
    ]
    expect(addresses(...objects)).toEqual(['b.example'])
  })
})

describe('listeners in a set of their own', () => {
  const admitting = (from: string) => ({ allowedListeners: { namespaces: { from } } })
  const own = [{ name: 'own', port: 80, protocol: 'HTTP', hostname: '*.example' }]
  const parents = (more: object = {}) => ({ parentRefs: [{ kind: 'ListenerSet', name: 'own', ...more }] })
  const hopsOf = (...objects: LooseObject[]) =>
    ways(...objects).map(({ entry, hops: [hop] }) => [entry.address, hop?.role, hop?.policy.kind])

  it('take a route, which the class of their gateway serves', () => {
    const found = ways(
      ...gatewayOf('eg', [], admitting('Same')),
      listenerSetOf(own),
      routeOf([session()], parents({ sectionName: 'own' })),
    )
    expect(found.map(({ entry }) => entry.address)).toEqual(['a.example'])
    expect(found[0]?.hops[0]).toMatchObject({ role: 'decides', policy: { kind: 'cookie', name: 'sid' } })
    expect(found[0]?.hops[0]?.configuredBy.map(({ kind }) => kind)).toEqual([
      'HTTPRoute',
      'ListenerSet',
      'Gateway',
    ])
  })

  it('are those of the experiment, too', () => {
    const experiment = { group: 'gateway.networking.x-k8s.io', kind: 'XListenerSet' }
    const objects = [listenerSetOf(own, {}, true), routeOf([session()], parents(experiment))]
    expect(hopsOf(...gatewayOf('eg', [], admitting('All')), ...objects)).toEqual([
      ['a.example', 'decides', 'cookie'],
    ])
  })

  it.each([
    ['of nobody, by default', {}, {}, own],
    ['of its own namespace only', admitting('Same'), { namespace: 'other' }, own],
    ['for other hosts', admitting('All'), {}, [{ ...own[0], hostname: 'b.example' }]],
    ['of another section', admitting('All'), {}, [{ ...own[0], name: 'x' }]],
  ])('that are %s take nothing', (_name, gateway, metadata, listeners) => {
    const route = routeOf([session()], {
      parentRefs: [{ kind: 'ListenerSet', name: 'own', sectionName: 'own', ...metadata }],
    })
    const objects = [...gatewayOf('eg', [], gateway), listenerSetOf(listeners, metadata), route]
    expect(hopsOf(...objects)).toEqual([['a.example', 'unknown', 'none']])
  })

  it('that cannot be seen leave it open who serves the route', () => {
    expect(policies(...gatewayOf('eg'), routeOf([session()], parents()))).toEqual([
      { kind: 'unknown', why: 'listenerset/own cannot be seen, which names the gateway' },
    ])
  })

  it('are nearer than their gateway to policies of Envoy Gateway', () => {
    const target = (kind: string, name: string) => ({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind, name }],
    })
    const objects = [
      ...gatewayOf('eg', [], admitting('All')),
      listenerSetOf(own),
      routeOf([{}], parents()),
      policyOf({ ...cookieOf({ name: 'gateway' }), ...target('Gateway', 'gw') }, 'g'),
    ]
    expect(policies(...objects)).toMatchObject([{ name: 'gateway' }])
    const nearer = policyOf({ ...cookieOf({ name: 'set' }), ...target('ListenerSet', 'own') }, 's')
    expect(policies(...objects, nearer)).toMatchObject([{ name: 'set' }])
  })
})

describe('policies of Envoy Gateway', () => {
  const at = (kind: string, name: string, sectionName?: string) => ({
    targetRefs: [
      {
        group: 'gateway.networking.k8s.io',
        kind,
        name,
        ...(sectionName === undefined ? {} : { sectionName }),
      },
    ],
  })
  const named = (name: string) => ({ ...cookieOf({ name }) })
  const nameOf = (...objects: LooseObject[]) =>
    policies(...gatewayOf('eg'), ...objects).map((policy) =>
      policy?.kind === 'cookie' ? policy.name : policy?.kind,
    )
  const everywhere = [
    policyOf({ ...named('gateway'), ...at('Gateway', 'gw') }, 'g'),
    policyOf({ ...named('listener'), ...at('Gateway', 'gw', 'web') }, 'l'),
    policyOf({ ...named('route'), ...at('HTTPRoute', 'web') }, 'r'),
    policyOf({ ...named('rule'), ...at('HTTPRoute', 'web', 'first') }, 'u'),
  ]

  it('count by how specific they are', () => {
    const route = routeOf([{ name: 'first' }, prefix('/b')])
    expect(nameOf(route, ...everywhere)).toEqual(['rule', 'route'])
    expect(nameOf(routeOf([{}]), ...everywhere.slice(0, 2))).toEqual(['listener'])
    expect(nameOf(routeOf([{}]), ...everywhere.slice(0, 1))).toEqual(['gateway'])
  })

  it('count by age, and by name at the same age', () => {
    const older = policyOf(named('older'), 'z', { creationTimestamp: '2026-01-01T00:00:00Z' })
    const newer = policyOf(named('newer'), 'a', { creationTimestamp: '2026-01-02T00:00:00Z' })
    expect(nameOf(routeOf([{}]), newer, older)).toEqual(['older'])
    expect(nameOf(routeOf([{}]), policyOf(named('b'), 'b'), policyOf(named('a'), 'a'))).toEqual(['a'])
  })

  it('are merged into that of the listener or the gateway where they say so', () => {
    const timeout = { timeout: { http: { requestTimeout: '5s' } } }
    const [ofGateway] = everywhere
    expect(nameOf(routeOf([{}]), ofGateway!, policyOf(timeout))).toEqual(['none'])
    expect(nameOf(routeOf([{}]), ofGateway!, policyOf({ ...timeout, mergeType: 'JSONMerge' }))).toEqual([
      'gateway',
    ])
  })

  it('are attached by labels as well', () => {
    const selector = { kind: 'HTTPRoute', matchLabels: { app: 'web' } }
    const policy = policyOf({ targetRefs: [], targetSelectors: [selector], ...named('selected') })
    expect(nameOf(routeOf([{}], {}, { labels: { app: 'web' } }), policy)).toEqual(['selected'])
    expect(nameOf(routeOf([{}]), policy)).toEqual(['none'])
  })

  it('of another namespace are attached by labels where both sides say so', () => {
    const route = routeOf([{}], {}, { labels: { app: 'web' } })
    const far = (selector: object) => {
      const labels = { kind: 'HTTPRoute', matchLabels: { app: 'web' }, ...selector }
      return policyOf({ targetRefs: [], targetSelectors: [labels], ...named('far') }, 'far', {
        namespace: 'far',
      })
    }
    const grant = (namespace: string): LooseObject => ({
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: { name: 'far', namespace: 'shop' },
      spec: {
        from: [{ group: 'gateway.envoyproxy.io', kind: 'BackendTrafficPolicy', namespace }],
        to: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
      },
    })
    const anywhere = far({ namespaces: { from: 'All' } })
    expect(nameOf(route, anywhere, grant('far'))).toEqual(['far'])
    expect(nameOf(route, anywhere, grant('other'))).toEqual(['none'])
    expect(nameOf(route, anywhere)).toEqual(['none'])
    expect(nameOf(route, far({}), grant('far'))).toEqual(['none'])
  })

  it('hash several headers, or parameters', () => {
    const hashed = (consistentHash: object) =>
      policies(...gatewayOf('eg'), routeOf([{}]), policyOf(hashOf(consistentHash)))
    expect(hashed({ type: 'QueryParams', queryParams: [{ name: 'user' }, { name: 'shop' }] })).toEqual([
      { kind: 'hash', of: 'parameter user, shop' },
    ])
    expect(hashed({ type: 'Headers', headers: [{ name: 'X-User' }, { name: 'X-Shop' }] })).toMatchObject([
      { kind: 'header', name: 'X-User, X-Shop' },
    ])
  })
})

describe('HTTPProxy', () => {
  it('is drawn from the host of who includes it', () => {
    const root: LooseObject = {
      apiVersion: 'projectcontour.io/v1',
      kind: 'HTTPProxy',
      metadata: { name: 'root', namespace: 'edge' },
      spec: {
        virtualhost: { fqdn: 'b.example' },
        includes: [{ name: 'web', namespace: 'shop', conditions: [{ prefix: '/shop' }] }],
      },
    }
    const child = httpProxyOf(
      [{ conditions: [{ prefix: '/cart' }], loadBalancerPolicy: { strategy: 'Cookie' } }],
      {
        virtualhost: undefined,
      },
    )
    expect(ways(root, child).map(({ entry, hops: [hop] }) => [entry.address, hop?.policy.kind])).toEqual([
      ['b.example/shop/cart', 'cookie'],
    ])
  })

  it('sticks on what is left of its hashes', () => {
    const one = (...requestHashPolicies: object[]) =>
      policies(httpProxyOf([{ loadBalancerPolicy: { strategy: 'RequestHash', requestHashPolicies } }]))
    expect(one({ headerHashOptions: { headerName: 'X-User' } })).toEqual([
      { kind: 'header', name: 'X-User', points: 'into-a-hash' },
    ])
    expect(one({ hashSourceIP: true }, { queryParameterHashOptions: { parameterName: 'User' } })).toEqual([
      { kind: 'hash', of: 'client address, parameter user' },
    ])
    expect(one({})).toEqual([{ kind: 'none' }])
  })
})

it('objects of any shape are read without an error', () => {
  const kinds = fc.constantFrom(
    ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['gateway.networking.k8s.io/v1', 'Gateway'],
    ['gateway.networking.k8s.io/v1', 'GatewayClass'],
    ['gateway.envoyproxy.io/v1alpha1', 'BackendTrafficPolicy'],
    ['projectcontour.io/v1', 'HTTPProxy'],
  )
  const keys = [
    'rules',
    'backendRefs',
    'name',
    'parentRefs',
    'listeners',
    'targetRefs',
    'kind',
    'loadBalancer',
    'type',
  ]
  const more = [
    'consistentHash',
    'cookie',
    'matches',
    'path',
    'value',
    'sessionPersistence',
    'routes',
    'services',
    'includes',
  ]
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom<unknown>(null, 'web', 'gw', 'HTTPRoute', 'Cookie', '', 1, true),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, ...more), tie('any'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(kinds, any, ([apiVersion = '', kind = ''], spec) => {
      const odd: LooseObject = { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec }
      ways(odd, ...gatewayOf('eg'), routeOf([session()]), policyOf(cookieOf()))
    }),
    { numRuns: 300 },
  )
})
