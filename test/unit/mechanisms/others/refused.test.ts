import { expect, test } from 'vitest'
import { explainedText } from '../explained.ts'
import {
  gateway,
  gatewayClass,
  ingress,
  ingressClass,
  route,
  rule,
  serviceAt,
  together,
} from '../variant-objects.ts'

/** What nobody reads as it was meant: what is said, and what clients stick to. */
interface Mistake {
  id: string
  text: string
  said: string
  ways: string[]
}

const own = (apiVersion: string, kind: string, spec: object): string => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: own, namespace: shop}
spec: ${JSON.stringify(spec)}
`
const behind = (controller: string, ...more: string[]): string =>
  together(gatewayClass(controller), gateway(), serviceAt('a'), route('r', [rule('/', 'a')]), ...more)
const toService = { targetRef: { group: '', kind: 'Service', name: 'a' } }
const toRoute = { targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'r' } }
const gke = (kind: string, spec: object): string =>
  behind(
    'networking.gke.io/gateway',
    own('networking.gke.io/v1', kind, {
      ...toService,
      ...spec,
    }),
  )
const backendConfig = (spec: object): string =>
  together(
    serviceAt('a', {
      'cloud.google.com/backend-config': '{"default": "own"}',
      'cloud.google.com/neg': '{"ingress": true}',
    }),
    ingress('w', { 'kubernetes.io/ingress.class': 'gce' }, [['/', 'a']], 'shop.example', { cls: '' }),
    own('cloud.google.com/v1', 'BackendConfig', spec),
  )
const alb = (words: Record<string, string>): string =>
  together(
    ingressClass('ingress.k8s.aws/alb'),
    serviceAt('a'),
    ingress(
      'w',
      Object.fromEntries(
        Object.entries(words).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]),
      ),
      [['/', 'a']],
    ),
  )
const virtualServer = (upstream: object, more: object = {}): string =>
  together(
    serviceAt('a'),
    own('k8s.nginx.org/v1', 'VirtualServer', {
      host: 'shop.example',
      upstreams: [{ name: 'a', service: 'a', port: 80, ...upstream }],
      routes: [{ path: '/', action: { pass: 'a' }, ...more }],
    }),
  )
const mapping = (more: object): string =>
  together(
    serviceAt('a'),
    own('getambassador.io/v3alpha1', 'KubernetesEndpointResolver', {}),
    own('getambassador.io/v3alpha1', 'Mapping', {
      hostname: 'shop.example',
      prefix: '/',
      service: 'a',
      resolver: 'own',
      ...more,
    }),
  )
const kgateway = (loadBalancer: object): string =>
  behind(
    'kgateway.dev/kgateway',
    own('gateway.kgateway.dev/v1alpha1', 'BackendConfigPolicy', {
      targetRefs: [toService.targetRef],
      loadBalancer,
    }),
  )
const upstreamPolicy = (spec: object): string =>
  together(
    ingressClass('ingress-controllers.konghq.com/kong'),
    serviceAt('a', { 'konghq.com/upstream-policy': 'own' }),
    ingress('w', {}, [['/', 'a']]),
    own('configuration.konghq.com/v1beta1', 'KongUpstreamPolicy', spec),
  )
const httpProxy = (loadBalancerPolicy: object): string =>
  together(
    serviceAt('a'),
    own('projectcontour.io/v1', 'HTTPProxy', {
      virtualhost: { fqdn: 'shop.example' },
      routes: [{ services: [{ name: 'a', port: 80 }], loadBalancerPolicy }],
    }),
  )
const cookie = { enable: true, name: 'sid' }

const mistakes: Mistake[] = [
  {
    id: 'KongUpstreamPolicy: a field that is not there',
    text: upstreamPolicy({ algorithm: 'consistent-hashing', hashOn: { cookies: 'sid' } }),
    said: 'AFF-KONG-ALGORITHM hashOn has no field "cookies": did you mean cookie\\?',
    ways: ['shop.example/ none'],
  },
  {
    id: 'KongUpstreamPolicy: sticky-sessions without a cookie',
    text: upstreamPolicy({ algorithm: 'sticky-sessions', hashOn: { input: 'none' }, stickySessions: {} }),
    said: 'AFF-KONG-ALGORITHM algorithm sticky-sessions lacks the name of the cookie',
    ways: ['shop.example/ none'],
  },
  {
    id: 'HTTPProxy: hashes without the strategy for them',
    text: httpProxy({ strategy: 'Random', requestHashPolicies: [{ hashSourceIP: true }] }),
    said: 'AFF-CONTOUR-HASH-IGNORED requestHashPolicies have no effect without strategy RequestHash',
    ways: ['shop.example none'],
  },
  {
    id: 'HTTPProxy: the strategy without hashes',
    text: httpProxy({ strategy: 'RequestHash' }),
    said: 'AFF-CONTOUR-HASH-IGNORED strategy RequestHash without requestHashPolicies is round robin',
    ways: ['shop.example none'],
  },
  {
    id: 'HTTPProxy: a strategy like no other',
    text: httpProxy({ strategy: 'Nearest' }),
    said: 'AFF-CONTOUR-UNKNOWN-STRATEGY strategy "Nearest": there are .*Cookie',
    ways: ['shop.example none'],
  },
  {
    id: 'VirtualServer: session-cookie',
    text: virtualServer({ 'session-cookie': cookie }),
    said: 'AFF-L7-MISPLACED .*session-cookie: did you mean sessionCookie',
    ways: ['shop.example none'],
  },
  {
    id: 'VirtualServer: sessionCookie of a route',
    text: virtualServer({}, { sessionCookie: cookie }),
    said: 'AFF-L7-MISPLACED .*it belongs to spec.upstreams.sessionCookie',
    ways: ['shop.example none'],
  },
  {
    id: 'VirtualServer: a method that does not exist',
    text: virtualServer({ 'lb-method': 'ip-hash' }),
    said: 'AFF-NGINC-SYNTAX there is no method "ip-hash"',
    ways: ['shop.example none'],
  },
  {
    id: 'BackendConfig: fields of sessionAffinity one level too high',
    text: backendConfig({ affinityType: 'GENERATED_COOKIE' }),
    said: 'AFF-L7-MISPLACED .*spec.affinityType: it belongs to spec.sessionAffinity',
    ways: ['shop.example/ none'],
  },
  {
    id: 'BackendConfig: a time in quotes',
    text: backendConfig({
      sessionAffinity: { affinityType: 'GENERATED_COOKIE', affinityCookieTtlSec: '60' },
    }),
    said: 'AFF-GKE-AFFINITY-VALUE .*a number, and not "60"',
    ways: ['shop.example/ cookie GCLB'],
  },
  {
    id: 'GCPBackendPolicy without default',
    text: gke('GCPBackendPolicy', { sessionAffinity: { type: 'GENERATED_COOKIE' } }),
    said: 'AFF-L7-MISPLACED .*it belongs to spec.default.sessionAffinity',
    ways: ['shop.example none'],
  },
  {
    id: 'GCPSessionAffinityPolicy: two days',
    text: gke('GCPSessionAffinityPolicy', { statefulGeneratedCookie: { cookieTtlSeconds: 172_800 } }),
    said: 'AFF-GKE-AFFINITY-VALUE cookieTtlSeconds is 1 to 86400',
    ways: ['shop.example cookie GSSA'],
  },
  {
    id: 'RoutePolicy without default',
    text: behind(
      'alb.networking.azure.io/alb-controller',
      own('alb.networking.azure.io/v1', 'RoutePolicy', {
        ...toRoute,
        sessionAffinity: { affinityType: 'managed-cookie' },
      }),
    ),
    said: 'AFF-L7-MISPLACED .*it belongs to spec.default.sessionAffinity',
    ways: ['shop.example none'],
  },
  {
    id: 'BackendConfigPolicy: hashPolicies one level too high',
    text: kgateway({ hashPolicies: [{ sourceIP: {} }] }),
    said: 'AFF-L7-MISPLACED .*loadBalancer.hashPolicies: it belongs to spec.loadBalancer.ringHash.hashPolicies',
    ways: ['shop.example none'],
  },
  ...[
    { ringHash: { hashPolicies: [{ cookie: { path: '/', ttl: '30m' } }] } },
    { ringHash: { hashPolicies: [{ sourceIP: {}, header: { name: 'x-user' } }] } },
    { ringHash: { hashPolicies: [{ sourceIP: {} }] }, roundRobin: {} },
  ].map((one) => ({
    id: `BackendConfigPolicy: ${JSON.stringify(one)}`,
    text: kgateway(one),
    said: 'AFF-KGW-NO-HASH .* takes one of',
    ways: ['shop.example unknown'],
  })),
  ...[
    { policy: 'ring_hash' },
    { policy: 'Ring_Hash', source_ip: true },
    { policy: 'maglev', cookie: { ttl: '60s' } },
    { policy: 'ring_hash', header: 'x-user', source_ip: true },
    { policy: 'round_robin', cookie: { name: 'sid', ttl: '60s' } },
  ].map((load_balancer) => ({
    id: `Mapping: ${JSON.stringify(load_balancer)}`,
    text: mapping({ load_balancer }),
    said: 'AFF-EMISSARY-REFUSED ',
    ways: ['shop.example unknown'],
  })),
  {
    id: 'Mapping: loadBalancer',
    text: mapping({ loadBalancer: { policy: 'ring_hash', source_ip: true } }),
    said: 'AFF-L7-MISPLACED .*spec.loadBalancer: it belongs to spec.load_balancer',
    ways: ['shop.example none'],
  },
  {
    id: 'ALB: spaces beside =',
    text: alb({ 'target-group-attributes': 'stickiness.enabled = true', 'target-type': 'ip' }),
    said: 'AFF-AWS-BAD-VALUE a space stands beside the =',
    ways: ['shop.example/ none'],
  },
  {
    id: 'ALB: a part without =',
    text: alb({ 'target-group-attributes': 'stickiness.enabled=true,lb_cookie', 'target-type': 'ip' }),
    said: 'AFF-AWS-BAD-VALUE "lb_cookie" is not KEY=VALUE',
    ways: ['shop.example/ none'],
  },
  {
    id: 'ALB: a target type in capitals',
    text: alb({ 'target-group-attributes': 'stickiness.enabled=true', 'target-type': 'IP' }),
    said: 'AFF-AWS-BAD-VALUE target-type is instance or ip, and not "IP"',
    ways: ['shop.example/ unknown'],
  },
]

test('Kong: Services of one rule with different policies', async () => {
  const weights = [
    { name: 'a', port: 80, weight: 1 },
    { name: 'b', port: 80, weight: 1 },
  ]
  const policy = own('configuration.konghq.com/v1beta1', 'KongUpstreamPolicy', {
    algorithm: 'consistent-hashing',
    hashOn: { input: 'ip' },
  })
  const annotated = { 'konghq.com/upstream-policy': 'own' }
  const kong = (ofB: object): Promise<{ ways: readonly string[] }> =>
    explainedText(
      together(
        gatewayClass('konghq.com/kic-gateway-controller'),
        gateway(),
        serviceAt('a', annotated),
        serviceAt('b', ofB),
        route('r', [rule('/', 'a', undefined, weights)]),
        policy,
      ),
    )
  expect(new Set((await kong({})).ways)).toEqual(new Set(['shop.example none 50 %']))
  expect((await kong(annotated)).ways).not.toContain('shop.example none 50 %')
})

test.each(mistakes)('$id', async ({ text, said, ways }) => {
  const { explanations, ways: found } = await explainedText(text)
  const texts = explanations.flatMap(({ findings }) =>
    findings.map(({ code, message }) => `${code} ${message}`),
  )
  expect(texts).toContainEqual(expect.stringMatching(said))
  expect(found).toEqual(ways)
})

test.each([
  ['queryArg', 'user', { kind: 'hash', of: 'parameter user' }],
  ['uriCapture', 'shop', { kind: 'hash', of: 'part shop of the path' }],
  ['header', 'X-User', { kind: 'header', name: 'X-User' }],
])('Kong hashes %s', async (field, value, policy) => {
  const text = upstreamPolicy({ algorithm: 'consistent-hashing', hashOn: { [field]: value } })
  const { explanations } = await explainedText(text)
  const policies = explanations.flatMap(({ paths }) => paths.flatMap(({ hops }) => hops))
  expect(policies.map((hop) => hop.policy)).toContainEqual(expect.objectContaining(policy))
})
