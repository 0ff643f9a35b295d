import { echo, service } from '../../lab/gateways/support/manifests.ts'

const gatewayGroup = 'gateway.networking.k8s.io'
const envoyGroup = 'gateway.envoyproxy.io/v1alpha1'

/** A set-up of one route, and what is attached to it. */
export interface Case {
  name: string
  kind: 'HTTPRoute' | 'GRPCRoute'
  host: string
  objects: object[]
}

/** Gateways of the comparison: one without policies, one with, and one that goes to the cluster IP. */
export const gatewayNames = ['plain', 'hashed', 'by-service'] as const

const gateway = (name: string, listeners: object[], more: object = {}): object => ({
  apiVersion: `${gatewayGroup}/v1`,
  kind: 'Gateway',
  metadata: { name },
  spec: { gatewayClassName: 'eg', listeners, ...more },
})

const policy = (name: string, target: object, spec: object, more: object = {}): object => ({
  apiVersion: envoyGroup,
  kind: 'BackendTrafficPolicy',
  metadata: { name },
  spec: { targetRefs: [{ group: gatewayGroup, ...target }], ...spec, ...more },
})

const hashing = (consistentHash: object): object => ({
  loadBalancer: { type: 'ConsistentHash', consistentHash },
})
const cookie = (cookie: object): object => hashing({ type: 'Cookie', cookie })
const roundRobin = { loadBalancer: { type: 'RoundRobin' } }

/** What all set-ups share: backends, gateways with their policies, and a proxy that goes to the cluster IP. */
export const shared = (otherNamespace: string): object[] => [
  echo('echo', 2),
  service('echo'),
  service('canary', 'echo'),
  { ...service('headless', 'echo'), spec: { ...specOf(service('headless', 'echo')), clusterIP: 'None' } },
  gateway('plain', [
    { name: 'web', port: 80, protocol: 'HTTP' },
    { name: 'only', port: 81, protocol: 'HTTP', hostname: '*.only.test' },
  ]),
  gateway('hashed', [
    { name: 'bare', port: 80, protocol: 'HTTP' },
    { name: 'own', port: 81, protocol: 'HTTP' },
  ]),
  policy(
    'of-gateway',
    { kind: 'Gateway', name: 'hashed' },
    cookie({ name: 'gateway', ttl: '1h', attributes: { Path: '/' } }),
  ),
  policy(
    'of-listener',
    { kind: 'Gateway', name: 'hashed', sectionName: 'own' },
    hashing({ type: 'Headers', headers: [{ name: 'x-listener' }] }),
  ),
  {
    apiVersion: envoyGroup,
    kind: 'EnvoyProxy',
    metadata: { name: 'by-service' },
    spec: { routingType: 'Service', ...(proxySpec as object) },
  },
  gateway('by-service', [{ name: 'web', port: 80, protocol: 'HTTP' }], {
    infrastructure: {
      parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'by-service' },
    },
  }),
  { ...echo('echo', 1), metadata: { name: 'echo', namespace: otherNamespace } },
  { ...service('far'), metadata: { name: 'far', namespace: otherNamespace } },
  { ...service('granted'), metadata: { name: 'granted', namespace: otherNamespace } },
]

/** As the lab's own Envoys are made. */
const proxySpec = {
  shutdown: { drainTimeout: '1s', minDrainDuration: '0s' },
  provider: {
    type: 'Kubernetes',
    kubernetes: {
      envoyDeployment: {
        container: {
          image: 'docker.io/envoyproxy/envoy:distroless-v1.40.0',
          resources: { requests: { cpu: '10m', memory: '64Mi' } },
        },
      },
      envoyService: { type: 'ClusterIP' },
    },
  },
}

const specOf = (object: object): object => ('spec' in object ? (object.spec as object) : {})

/** A grant for one of the two Services of the other namespace. */
export const grant = (namespace: string, from: string): object => ({
  apiVersion: `${gatewayGroup}/v1beta1`,
  kind: 'ReferenceGrant',
  metadata: { name: 'granted', namespace },
  spec: {
    from: [{ group: gatewayGroup, kind: 'HTTPRoute', namespace: from }],
    to: [{ group: '', kind: 'Service', name: 'granted' }],
  },
})

interface Wanted {
  kind?: Case['kind']
  /** The gateway, `plain` unless given. */
  to?: string | object[]
  rules?: object[]
  /** One rule, in addition to a backend. */
  rule?: object
  host?: string
  labels?: Record<string, string>
  with?: (name: string) => object[]
}

/** All set-ups. The short form takes every fourth. */
export function cases(otherNamespace: string): Case[] {
  const one = (name: string, wanted: Wanted = {}): Case => {
    const { kind = 'HTTPRoute', to = 'plain', rule = {}, labels = {}, host = `${name}.test` } = wanted
    const backendRefs = [{ name: 'echo', port: 80 }]
    const rules = wanted.rules ?? [{ backendRefs, ...rule }]
    return {
      name,
      kind,
      host,
      objects: [
        {
          apiVersion: `${gatewayGroup}/v1`,
          kind,
          metadata: { name, labels },
          spec: { parentRefs: typeof to === 'string' ? [{ name: to }] : to, hostnames: [host], rules },
        },
        ...(wanted.with?.(name) ?? []),
      ],
    }
  }
  const path = (value: string, type = 'PathPrefix'): object => ({ matches: [{ path: { type, value } }] })
  const session = (more: object = {}): object => ({ sessionPersistence: { sessionName: 'session', ...more } })
  const toRoute =
    (spec: object, more: object = {}) =>
    (name: string): object[] => [policy(name, { kind: 'HTTPRoute', name, ...more }, spec)]
  const two = (weights: [number, number], more: object = {}): object => ({
    backendRefs: [
      { name: 'echo', port: 80, weight: weights[0], ...more },
      { name: 'canary', port: 80, weight: weights[1] },
    ],
  })
  const filters = {
    filters: [
      { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-a', value: 'b' }] } },
    ],
  }
  const byService = { routingType: 'Service' }
  const named = (name: string, rule: object = {}): object => ({
    name,
    backendRefs: [{ name: 'echo', port: 80 }],
    ...rule,
  })
  return [
    one('nothing'),
    one('session', { rule: session() }),
    one('session-of-no-name', { rule: { sessionPersistence: { type: 'Cookie' } } }),
    one('session-of-two-rules', {
      rules: [
        { backendRefs: [{ name: 'echo', port: 80 }], ...path('/a'), ...session() },
        { backendRefs: [{ name: 'canary', port: 80 }], ...path('/b'), ...session() },
      ],
    }),
    one('unnamed-second-rule', {
      rules: [
        { backendRefs: [{ name: 'echo', port: 80 }], ...path('/a') },
        { backendRefs: [{ name: 'canary', port: 80 }], ...path('/b'), sessionPersistence: {} },
      ],
    }),
    one('session-header', { rule: session({ type: 'Header' }) }),
    one('session-header-of-no-name', { rule: { sessionPersistence: { type: 'Header' } } }),
    one('permanent', {
      rule: session({ absoluteTimeout: '1h', cookieConfig: { lifetimeType: 'Permanent' } }),
    }),
    one('timeout-of-a-session', { rule: session({ absoluteTimeout: '1h' }) }),
    one('prefix', { rule: { ...session(), ...path('/cart') } }),
    one('exact', { rule: { ...session(), ...path('/cart/index.html', 'Exact') } }),
    one('pattern', { rule: { ...session(), ...path('/api/.*', 'RegularExpression') } }),
    one('pattern-in-the-middle', { rule: { ...session(), ...path('/v[0-9]+/x*/y', 'RegularExpression') } }),
    one('two-paths', {
      rule: {
        ...session(),
        matches: [
          { path: { type: 'PathPrefix', value: '/a' } },
          { path: { type: 'PathPrefix', value: '/b' } },
        ],
      },
    }),
    one('no-matches', { rule: { ...session(), matches: [] } }),
    one('session-and-weights', { rule: { ...two([3, 1]), ...session() } }),
    one('session-and-weights-and-filters', { rule: { ...two([3, 1], filters), ...session() } }),
    one('session-and-weight-0', { rule: { ...two([1, 0]), ...session() } }),
    one('hash-cookie', { with: toRoute(cookie({ name: 'hash', ttl: '1h' })) }),
    one('hash-cookie-without-ttl', { with: toRoute(cookie({ name: 'hash' })) }),
    one('hash-cookie-of-the-browser', { with: toRoute(cookie({ name: 'hash', ttl: '0s' })) }),
    one('hash-cookie-with-path', {
      with: toRoute(cookie({ name: 'hash', ttl: '90s', attributes: { Path: '/', SameSite: 'Lax' } })),
    }),
    one('hash-headers', { with: toRoute(hashing({ type: 'Headers', headers: [{ name: 'x-user' }] })) }),
    one('hash-several-headers', {
      with: toRoute(hashing({ type: 'Headers', headers: [{ name: 'x-user' }, { name: 'x-tenant' }] })),
    }),
    one('hash-header', { with: toRoute(hashing({ type: 'Header', header: { name: 'x-user' } })) }),
    one('hash-address', { with: toRoute(hashing({ type: 'SourceIP' })) }),
    one('hash-parameter', {
      with: toRoute(hashing({ type: 'QueryParams', queryParams: [{ name: 'user' }] })),
    }),
    one('table', { with: toRoute(hashing({ type: 'SourceIP', tableSize: 1009 })) }),
    one('bad-table', { with: toRoute(hashing({ type: 'SourceIP', tableSize: 1000 })) }),
    one('session-and-hash', { rule: session(), with: toRoute(cookie({ name: 'hash', ttl: '1h' })) }),
    one('hash-and-weights', {
      rule: two([3, 1]),
      with: toRoute(hashing({ type: 'Headers', headers: [{ name: 'x-user' }] })),
    }),
    one('hash-and-weights-and-filters', {
      rule: two([3, 1], filters),
      with: toRoute(hashing({ type: 'Headers', headers: [{ name: 'x-user' }] })),
    }),
    one('weights', { rule: two([3, 1]) }),
    one('hash-by-service', { with: toRoute({ ...cookie({ name: 'hash', ttl: '1h' }), ...byService }) }),
    one('session-by-service', { rule: session(), with: toRoute(byService) }),
    one('headless-by-service', {
      rule: { ...session(), backendRefs: [{ name: 'headless', port: 80 }] },
      with: toRoute(byService),
    }),
    one('rule-and-route', {
      rules: [named('first', path('/a')), named('second', path('/b'))],
      with: (name) => [
        policy(
          `${name}-rule`,
          { kind: 'HTTPRoute', name, sectionName: 'second' },
          hashing({ type: 'SourceIP' }),
        ),
        policy(name, { kind: 'HTTPRoute', name }, cookie({ name: 'route', ttl: '1h' })),
      ],
    }),
    one('rule-without-hash', {
      rules: [named('first', path('/a')), named('second', path('/b'))],
      with: (name) => [
        policy(`${name}-rule`, { kind: 'HTTPRoute', name, sectionName: 'second' }, roundRobin),
        policy(name, { kind: 'HTTPRoute', name }, cookie({ name: 'route', ttl: '1h' })),
      ],
    }),
    one('no-such-rule', { with: toRoute(cookie({ name: 'hash', ttl: '1h' }), { sectionName: 'nowhere' }) }),
    one('no-such-route', {
      with: (name) => [
        policy(name, { kind: 'HTTPRoute', name: `${name}s` }, cookie({ name: 'hash', ttl: '1h' })),
      ],
    }),
    one('two-policies', {
      with: (name) => [
        policy(`a-${name}`, { kind: 'HTTPRoute', name }, hashing({ type: 'SourceIP' })),
        policy(`b-${name}`, { kind: 'HTTPRoute', name }, cookie({ name: 'hash', ttl: '1h' })),
      ],
    }),
    one('selector', {
      labels: { sticky: 'yes' },
      with: (name) => [
        {
          apiVersion: envoyGroup,
          kind: 'BackendTrafficPolicy',
          metadata: { name },
          spec: {
            targetSelectors: [{ kind: 'HTTPRoute', matchLabels: { sticky: 'yes' } }],
            ...cookie({ name: 'selected', ttl: '1h' }),
          },
        },
      ],
    }),
    one('target-of-old', {
      with: (name) => [
        {
          apiVersion: envoyGroup,
          kind: 'BackendTrafficPolicy',
          metadata: { name },
          spec: {
            targetRef: { group: gatewayGroup, kind: 'HTTPRoute', name },
            ...hashing({ type: 'SourceIP' }),
          },
        },
      ],
    }),
    one('inherits', { to: [{ name: 'hashed', sectionName: 'bare' }] }),
    one('of-the-listener', { to: [{ name: 'hashed', sectionName: 'own' }] }),
    one('of-both-listeners', { to: 'hashed' }),
    one('replaces', {
      to: [{ name: 'hashed', sectionName: 'bare' }],
      with: toRoute({ timeout: { http: { requestTimeout: '5s' } } }),
    }),
    one('merges', {
      to: [{ name: 'hashed', sectionName: 'bare' }],
      with: toRoute({ timeout: { http: { requestTimeout: '5s' } }, mergeType: 'StrategicMerge' }),
    }),
    one('merges-into-the-listener', {
      to: 'hashed',
      with: toRoute({ timeout: { http: { requestTimeout: '5s' } }, mergeType: 'JSONMerge' }),
    }),
    one('merges-another-type', {
      to: [{ name: 'hashed', sectionName: 'bare' }],
      with: toRoute({ ...roundRobin, mergeType: 'StrategicMerge' }),
    }),
    one('session-over-gateway', { to: [{ name: 'hashed', sectionName: 'bare' }], rule: session() }),
    one('two-gateways', {
      to: [
        { name: 'plain', sectionName: 'web' },
        { name: 'hashed', sectionName: 'bare' },
      ],
    }),
    one('proxy-by-service', { to: 'by-service', rule: session() }),
    one('proxy-by-service-but-not-here', {
      to: 'by-service',
      with: toRoute({ ...cookie({ name: 'hash', ttl: '1h' }), routingType: 'Endpoint' }),
    }),
    one('host-of-a-listener', {
      to: [{ name: 'plain', sectionName: 'only' }],
      host: 'a.only.test',
      rule: session(),
    }),
    one('wrong-host', {
      to: [{ name: 'plain', sectionName: 'only' }],
      host: 'wrong-host.test',
      rule: session(),
    }),
    one('any-host', { host: '*.any.test', rule: session() }),
    one('far', {
      rule: { backendRefs: [{ name: 'far', namespace: otherNamespace, port: 80 }], ...session() },
    }),
    one('granted', {
      rule: { backendRefs: [{ name: 'granted', namespace: otherNamespace, port: 80 }], ...session() },
    }),
    one('grpc', { kind: 'GRPCRoute' }),
    one('grpc-session', { kind: 'GRPCRoute', rule: session() }),
    one('grpc-hash', {
      kind: 'GRPCRoute',
      with: (name) => [
        policy(
          name,
          { kind: 'GRPCRoute', name },
          hashing({ type: 'Headers', headers: [{ name: 'x-user' }] }),
        ),
      ],
    }),
    one('grpc-method', {
      kind: 'GRPCRoute',
      rule: { matches: [{ method: { service: 'shop.Cart', method: 'Add' } }] },
      with: (name) => [policy(name, { kind: 'GRPCRoute', name }, cookie({ name: 'hash', ttl: '1h' }))],
    }),
  ]
}

/** A route and a policy that are applied last: whoever has both has all others. */
export const marker = (host: string): object[] => [
  {
    apiVersion: `${gatewayGroup}/v1`,
    kind: 'HTTPRoute',
    metadata: { name: 'marker' },
    spec: {
      parentRefs: gatewayNames.map((name) => ({ name })),
      hostnames: [host],
      rules: [{ backendRefs: [{ name: 'echo', port: 80 }] }],
    },
  },
  policy('marker', { kind: 'HTTPRoute', name: 'marker' }, cookie({ name: 'marker' })),
]
