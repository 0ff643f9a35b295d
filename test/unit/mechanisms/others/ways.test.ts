import { describe, expect, it } from 'vitest'
import { analyse } from '../../../../src/analysis/analyse.ts'
import type { Snapshot } from '../../../../src/model/cluster/snapshot.ts'
import { service, snapshot, target } from '../../analysis/build.ts'
import { programOf } from '../gateway-api/build.ts'
import { gatewayOf, ingressOf, objectOf, scene } from '../objects.ts'

type Words = Record<string, string>

/** What the first hop of each way from outside sticks on, and how the next stage is met. */
function hops(found: Snapshot) {
  const { paths } = analyse(found, target)
  return paths
    .filter(({ entry }) => entry.kind === 'host' || entry.kind === 'load-balancer')
    .map(({ hops: [first], share }) => ({
      policy: first?.policy,
      arrival: first?.arrival,
      ...(share === undefined ? {} : { share }),
    }))
}

const ways = (
  className: string,
  ingress: Words,
  ofService: Words = {},
  ...more: ReturnType<typeof objectOf>[]
) => hops(scene(ofService, ingressOf(className, ingress), ...more))

const pods = (policy: object) => [{ policy, arrival: 'pods' }]
const nodes = (policy: object) => [{ policy, arrival: 'node-port' }]
const none = { kind: 'none' }
const recorded = { madeBy: 'proxy', points: 'at-a-pod' }
const prefixed = (prefix: string, words: Words): Words =>
  Object.fromEntries(Object.entries(words).map(([key, value]) => [`${prefix}${key}`, value]))

describe('ALB', () => {
  const alb = (words: Words) => prefixed('alb.ingress.kubernetes.io/', words)
  const awsalb = { kind: 'cookie', name: 'AWSALB', path: '/', ttlSeconds: 86_400, ...recorded }

  it.each([
    ['its own cookie, for a day', 'stickiness.enabled=true', awsalb],
    [
      'for so long as is said',
      'stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=60',
      { ...awsalb, ttlSeconds: 60 },
    ],
    [
      "the application's",
      'stickiness.enabled=true,stickiness.type=app_cookie,stickiness.app_cookie.cookie_name=SID',
      { kind: 'cookie', name: 'SID', ttlSeconds: 86_400, madeBy: 'application', points: 'at-a-pod' },
    ],
    ['nothing that is not switched on', 'stickiness.type=lb_cookie', none],
  ])('%s', (_name, attributes, policy) => {
    const annotations = alb({ 'target-group-attributes': attributes, 'target-type': 'ip' })
    expect(ways('alb', annotations)).toStrictEqual(pods(policy))
  })

  it('goes to nodes unless it is told not to, and the Service counts before the Ingress', () => {
    const sticky = alb({ 'target-group-attributes': 'stickiness.enabled=true' })
    expect(ways('alb', sticky)).toStrictEqual(nodes(awsalb))
    const ofService = alb({ 'target-group-attributes': 'stickiness.enabled=false', 'target-type': 'ip' })
    expect(ways('alb', { ...sticky, ...alb({ 'target-type': 'instance' }) }, ofService)).toStrictEqual(
      pods(none),
    )
  })

  it('draws the target group of an action by weight, unless groups are sticky', () => {
    const targetGroups = [
      { serviceName: 'web', servicePort: 80, weight: 30 },
      { serviceName: 'next', servicePort: 80, weight: 10 },
    ]
    const split = (config: object) => {
      const action = JSON.stringify({ type: 'forward', forwardConfig: { targetGroups, ...config } })
      const annotations = alb({
        'actions.split': action,
        'target-group-attributes': 'stickiness.enabled=true',
        'target-type': 'ip',
      })
      const backend = { service: { name: 'split', port: { name: 'use-annotation' } } }
      return hops(scene({}, ingressOf('alb', annotations, backend)))
    }
    expect(split({})).toStrictEqual([{ policy: none, arrival: 'pods', share: 0.75 }])
    expect(split({ targetGroupStickinessConfig: { enabled: true } })).toStrictEqual([
      { policy: awsalb, arrival: 'pods', share: 0.75 },
    ])
  })
})

describe('NLB', () => {
  const nlb = (words: Words, spec: object = {}) => {
    const annotations = prefixed('service.beta.kubernetes.io/aws-load-balancer-', words)
    return hops(snapshot({ service: service({ type: 'LoadBalancer', ...spec }, { annotations }) }))
  }
  const byAddress = { kind: 'hash', of: 'client address' }
  const attributes = { 'target-group-attributes': 'stickiness.enabled=true,stickiness.type=source_ip' }

  it('sticks by address', () => {
    expect(nlb({ type: 'external', ...attributes })).toStrictEqual(nodes(byAddress))
    expect(
      nlb({ 'nlb-target-type': 'ip', ...attributes }, { loadBalancerClass: 'service.k8s.aws/nlb' }),
    ).toStrictEqual(pods(byAddress))
  })

  it('is not known where another controller makes the load balancer', () => {
    expect(nlb(attributes)).toMatchObject([{ policy: { kind: 'unknown' } }])
  })
})

describe('HAProxy', () => {
  const cookie = { kind: 'cookie', name: 'ID', path: '/', ...recorded }

  it.each<[string, Words, Words, object]>([
    ['a cookie of the Service', {}, { 'haproxy.org/cookie-persistence': 'ID' }, cookie],
    ['with the older prefix', { 'haproxy.com/cookie-persistence': 'ID' }, {}, cookie],
    ['without one', {}, {}, none],
    ['an empty one', {}, { 'haproxy.org/cookie-persistence': ' ' }, none],
    ['the first word', {}, { 'haproxy.org/cookie-persistence': 'ID indirect nocache' }, cookie],
    [
      'an empty one of the other kind',
      {},
      { 'haproxy.org/cookie-persistence': 'ID', 'haproxy.org/cookie-persistence-no-dynamic': '' },
      cookie,
    ],
    [
      'two kinds',
      { 'haproxy.org/cookie-persistence-no-dynamic': 'A' },
      { 'haproxy.org/cookie-persistence': 'B' },
      none,
    ],
    ['the address', {}, { 'haproxy.org/load-balance': 'source' }, { kind: 'hash', of: 'client address' }],
    [
      'a header',
      {},
      { 'haproxy.org/load-balance': 'hdr(x-user)' },
      { kind: 'header', name: 'x-user', points: 'into-a-hash' },
    ],
  ])('of HAProxy Technologies: %s', (_name, ingress, ofService, policy) => {
    expect(ways('haproxy', ingress, ofService)).toStrictEqual(pods(policy))
  })

  it.each<[string, Words, Words, object]>([
    ['its default name', { affinity: 'cookie' }, {}, { ...cookie, name: 'INGRESSCOOKIE' }],
    [
      'a name of the Service before the Ingress',
      { affinity: 'cookie', 'session-cookie-name': 'A' },
      { 'session-cookie-name': 'ID' },
      cookie,
    ],
    ['another affinity', { affinity: 'ip' }, {}, none],
    [
      'a strategy that it does not know, and a name without letters',
      { affinity: 'cookie', 'session-cookie-strategy': 'Insert', 'session-cookie-name': '' },
      {},
      { ...cookie, name: 'INGRESSCOOKIE' },
    ],
    [
      'a cookie of the application',
      { affinity: 'cookie', 'session-cookie-strategy': 'rewrite', 'session-cookie-name': 'ID' },
      {},
      { ...cookie, madeBy: 'application' },
    ],
    [
      'true as Go has it',
      { affinity: 'cookie', 'session-cookie-same-site': 'True', 'session-cookie-name': 'ID' },
      {},
      { ...cookie, secure: true },
    ],
    [
      'keywords',
      { affinity: 'cookie', 'session-cookie-keywords': 'insert secure', 'session-cookie-name': 'ID' },
      {},
      { ...cookie, secure: true },
    ],
  ])('of the community: %s', (_name, ingress, ofService, policy) => {
    const prefix = 'ingress.kubernetes.io/'
    expect(ways('community', prefixed(prefix, ingress), prefixed(prefix, ofService))).toStrictEqual(
      pods(policy),
    )
  })
})

describe('Kong', () => {
  const kong = (spec: object) =>
    ways(
      'kong',
      {},
      { 'konghq.com/upstream-policy': 'own' },
      objectOf('configuration.konghq.com/v1beta1', 'KongUpstreamPolicy', 'own', spec),
    )
  const hashing = (hashOn: object) => kong({ algorithm: 'consistent-hashing', hashOn })

  it('sticks on what a policy says', () => {
    const session = { hashOn: { input: 'none' }, stickySessions: { cookie: 'sid' } }
    expect(kong({ algorithm: 'sticky-sessions', ...session })).toStrictEqual(
      pods({ kind: 'cookie', name: 'sid', path: '/', ...recorded }),
    )
    expect(hashing({ cookie: 'sid', cookiePath: '/a' })).toStrictEqual(
      pods({ kind: 'cookie', name: 'sid', path: '/a', madeBy: 'proxy', points: 'into-a-hash' }),
    )
    expect(hashing({ header: 'x-user' })).toStrictEqual(
      pods({ kind: 'header', name: 'x-user', points: 'into-a-hash' }),
    )
    expect(hashing({ input: 'ip' })).toStrictEqual(pods({ kind: 'hash', of: 'client address' }))
    expect(hashing({})).toStrictEqual(pods(none))
  })

  it.each<[string, object]>([
    ['an algorithm in another case', { algorithm: 'Consistent-Hashing', hashOn: { input: 'ip' } }],
    ['a hash without its algorithm', { hashOn: { header: 'x-user' } }],
    ['a hash with another algorithm', { algorithm: 'least-connections', hashOn: { header: 'x-user' } }],
    ['a cookie without a path', { algorithm: 'consistent-hashing', hashOn: { cookie: 'sid' } }],
    ['a path without a cookie', { algorithm: 'consistent-hashing', hashOn: { cookiePath: '/' } }],
    ['two ways', { algorithm: 'consistent-hashing', hashOn: { input: 'ip', header: 'x-user' } }],
    ['another input', { algorithm: 'consistent-hashing', hashOn: { input: 'client-ip' } }],
    [
      'a fallback of a cookie',
      {
        algorithm: 'consistent-hashing',
        hashOn: { cookie: 'sid', cookiePath: '/' },
        hashOnFallback: { input: 'ip' },
      },
    ],
    ['sessions without hashOn', { algorithm: 'sticky-sessions', stickySessions: { cookie: 'sid' } }],
    ['sessions of another algorithm', { hashOn: { input: 'none' }, stickySessions: { cookie: 'sid' } }],
  ])('tells of what the API server refuses: %s', (_name, spec) => {
    expect(kong(spec)).toMatchObject([
      { policy: { kind: 'unknown', why: 'the API server refuses KongUpstreamPolicy own' } },
    ])
  })

  it('does not tell without the policy', () => {
    expect(ways('kong', {}, { 'konghq.com/upstream-policy': 'own' })).toMatchObject([
      { policy: { kind: 'unknown' }, arrival: 'pods' },
    ])
  })
})

describe('NGINX Ingress Controller of F5', () => {
  const cookie = { kind: 'cookie', name: 'srv_id', path: '/a', ttlSeconds: 5400, secure: true, ...recorded }

  it('sticks on the annotation of the Service, or by a method', () => {
    const sticky = {
      'nginx.org/sticky-cookie-services':
        'serviceName=api id;serviceName=web srv_id expires=1h30m path=/a secure',
    }
    expect(ways('f5', sticky)).toStrictEqual(pods(cookie))
    expect(ways('f5', { 'nginx.org/lb-method': 'ip_hash' })).toStrictEqual(
      pods({ kind: 'hash', of: 'client address' }),
    )
    expect(ways('f5', { 'nginx.org/lb-method': 'hash $cookie_sid consistent' })).toStrictEqual(
      pods({ kind: 'hash', of: '$cookie_sid' }),
    )
    expect(ways('f5', { 'nginx.org/lb-method': 'least_conn' })).toStrictEqual(pods(none))
  })

  it.each([
    ['a semicolon at the end', 'sticky-cookie-services', 'serviceName=web srv_id;'],
    ['a space after a semicolon', 'sticky-cookie-services', 'serviceName=web srv_id; serviceName=api id'],
    ['one Service without a cookie', 'sticky-cookie-services', 'serviceName=web srv_id;serviceName=api'],
    ['a variable', 'sticky-cookie-services', 'serviceName=web srv_id domain=$host'],
    ['a method with a hyphen', 'lb-method', 'ip-hash'],
    ['a hash in another case', 'lb-method', 'hash $remote_addr Consistent'],
    ['a word for true', 'use-cluster-ip', 'yes'],
  ])('sticks on nothing where the controller refuses the Ingress: %s', (_name, key, value) => {
    const found = scene(
      {},
      ingressOf('f5', { 'nginx.org/lb-method': 'ip_hash', [`nginx.org/${key}`]: value }),
    )
    expect(hops(found)).toStrictEqual(pods(none))
    expect(analyse(found, target).findings).toContainEqual(
      expect.objectContaining({ code: 'AFF-NGINC-SYNTAX' }),
    )
  })

  const virtualServer = (upstream: object, route: object) => {
    const upstreams = [
      { name: 'u', service: 'web', port: 80, ...upstream },
      { name: 'v', service: 'next', port: 80 },
    ]
    const spec = { host: 'shop.example', upstreams, routes: [{ path: '/', ...route }] }
    return hops(scene({}, objectOf('k8s.nginx.org/v1', 'VirtualServer', 'front', spec)))
  }
  const sessionCookie = { enable: true, name: 'srv_id', path: '/a', expires: '1h30m', secure: true }

  it('reads VirtualServers', () => {
    const pass = { action: { pass: 'u' } }
    expect(virtualServer({ sessionCookie }, pass)).toStrictEqual(pods(cookie))
    expect(virtualServer({ sessionCookie: { name: 'srv_id' } }, pass)).toStrictEqual(pods(none))
    expect(virtualServer({ 'lb-method': 'ip_hash', 'use-cluster-ip': true }, pass)).toStrictEqual([
      { policy: { kind: 'hash', of: 'client address' }, arrival: 'cluster-ip' },
    ])
    const splits = [
      { weight: 90, action: { pass: 'u' } },
      { weight: 10, action: { pass: 'v' } },
    ]
    expect(virtualServer({ sessionCookie }, { splits })).toStrictEqual([
      { policy: none, arrival: 'pods', share: 0.9 },
    ])
  })
})

describe('Google and Azure', () => {
  const config = (sessionAffinity: object) =>
    objectOf('cloud.google.com/v1', 'BackendConfig', 'own', { sessionAffinity })
  const gce = { 'kubernetes.io/ingress.class': 'gce' }
  const named = { 'cloud.google.com/backend-config': '{"ports": {"80": "own"}}' }

  it('reads the BackendConfig of the port, and network endpoint groups', () => {
    const byAddress = config({ affinityType: 'CLIENT_IP' })
    const neg = (value: boolean) => ({ 'cloud.google.com/neg': JSON.stringify({ ingress: value }) })
    expect(ways('', gce, { ...named, ...neg(true) }, byAddress)).toStrictEqual(
      pods({ kind: 'hash', of: 'client address' }),
    )
    expect(ways('', gce, { ...named, ...neg(false) }, byAddress)).toStrictEqual(
      nodes({ kind: 'hash', of: 'client address' }),
    )
    expect(ways('', gce, named, byAddress)).toMatchObject([{ arrival: 'unknown' }])
  })

  it('reads the annotations of Application Gateway', () => {
    const agic = (words: Words) =>
      ways('agic', prefixed('appgw.ingress.kubernetes.io/cookie-based-affinity', words))
    const cookie = { kind: 'cookie', path: '/', ...recorded }
    expect(agic({ '': 'true' })).toStrictEqual(pods({ ...cookie, name: 'ApplicationGatewayAffinity' }))
    expect(agic({ '': 'true', '-distinct-name': 'true' })).toStrictEqual(pods(cookie))
    expect(agic({ '': 'yes' })).toStrictEqual(pods(none))
  })
})

describe('Emissary', () => {
  const mappingScene = (load_balancer: object, more: object = {}) =>
    scene(
      {},
      objectOf('getambassador.io/v3alpha1', 'Mapping', 'front', {
        hostname: 'shop.example',
        prefix: '/',
        service: 'http://web.shop:80',
        load_balancer,
        ...more,
      }),
      objectOf('getambassador.io/v3alpha1', 'KubernetesEndpointResolver', 'endpoint', {}),
    )
  const mapping = (...given: Parameters<typeof mappingScene>) => hops(mappingScene(...given))
  const cookie = { kind: 'cookie', name: 'sid', path: '/a', points: 'into-a-hash' }

  it('sticks on what a Mapping says, with a resolver for endpoints', () => {
    const endpoint = { resolver: 'endpoint' }
    const ring = { policy: 'ring_hash', cookie: { name: 'sid', path: '/a', ttl: '1h30m' } }
    expect(mapping(ring, endpoint)).toStrictEqual(pods({ ...cookie, ttlSeconds: 5400, madeBy: 'proxy' }))
    expect(mapping({ ...ring, cookie: { name: 'sid', path: '/a' } }, endpoint)).toStrictEqual(
      pods({ ...cookie, madeBy: 'application' }),
    )
    expect(mapping({ policy: 'maglev', source_ip: true }, endpoint)).toStrictEqual(
      pods({ kind: 'hash', of: 'client address' }),
    )
    expect(mapping({ policy: 'least_request' }, endpoint)).toStrictEqual(pods(none))
    expect(mapping({ policy: 'least_request' })).toMatchObject([{ policy: none, arrival: 'cluster-ip' }])
    expect(mapping(ring, { resolver: 'elsewhere' })).toMatchObject([{ arrival: 'unknown' }])
  })

  it.each([
    ['for a load balancer that nobody knows', { policy: 'sticky' }, { resolver: 'endpoint' }],
    ['for one that its resolver does not go with', { policy: 'ring_hash', source_ip: true }, {}],
  ])('drops a Mapping %s, and leads to no pod', (_name, balancer, more) => {
    const { paths, findings } = analyse(mappingScene(balancer, more), target)
    expect(paths.filter(({ entry }) => entry.kind === 'host')).toMatchObject([
      {
        end: 'unknown',
        hops: [{ role: 'unknown', note: expect.stringContaining('Emissary drops the Mapping') }],
      },
    ])
    expect(findings.filter(({ code }) => /BYPASSES|HIDES/.test(code))).toEqual([])
  })
})

describe('APISIX', () => {
  const route = (loadbalancer: object, backend: object = {}, more: object[] = []) =>
    hops(
      scene(
        {},
        objectOf('apisix.apache.org/v2', 'ApisixRoute', 'front', {
          http: [
            {
              match: { hosts: ['shop.example'], paths: ['/*'] },
              backends: [{ serviceName: 'web', servicePort: 80, ...backend }, ...more],
            },
          ],
        }),
        objectOf('apisix.apache.org/v2', 'ApisixUpstream', 'web', {
          loadbalancer: { type: 'chash', ...loadbalancer },
        }),
      ),
    )
  const hash = (of: string) => pods({ kind: 'hash', of })
  const points = 'into-a-hash'

  it.each([
    [{ hashOn: 'header', key: 'x-user' }, pods({ kind: 'header', name: 'x-user', points })],
    [{ hashOn: 'cookie', key: 'sid' }, pods({ kind: 'cookie', name: 'sid', madeBy: 'application', points })],
    [{ key: 'remote_addr' }, hash('client address')],
    [{ hashOn: 'vars', key: 'arg_room' }, hash('parameter room')],
    [{ hashOn: 'vars_combinations', key: '$host$remote_addr' }, hash('$host$remote_addr')],
    [{ hashOn: 'consumer' }, hash('consumer')],
    [{ type: 'ewma' }, pods(none)],
  ])('sticks on what the ApisixUpstream of the Service says: %j', (loadbalancer, expected) => {
    expect(route(loadbalancer)).toStrictEqual(expected)
  })

  it('says that a refused hash is not known, and what goes past the pods', () => {
    expect(route({ key: 'http_x_user' })).toMatchObject([{ policy: { kind: 'unknown' } }])
    const byHeader = { hashOn: 'header', key: 'x-user' }
    expect(route(byHeader, { resolveGranularity: 'service' })).toMatchObject([{ arrival: 'cluster-ip' }])
    expect(route(byHeader, {}, [{ serviceName: 'next', weight: 300 }])).toMatchObject([{ share: 0.25 }])
  })

  it('reads the BackendTrafficPolicies of a Service behind an Ingress and a Gateway', () => {
    const policy = objectOf('apisix.apache.org/v1alpha1', 'BackendTrafficPolicy', 'own', {
      targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
      loadbalancer: { type: 'chash', hashOn: 'header', key: 'x-user' },
    })
    const sticky = pods({ kind: 'header', name: 'x-user', points })
    const byClass = ingressOf('', { 'kubernetes.io/ingress.class': 'apisix' })
    expect(hops(scene({}, byClass, policy))).toStrictEqual(sticky)
    const gateway = gatewayOf('apisix.apache.org/apisix-ingress-controller')
    expect(hops(scene({}, ...gateway, policy))).toMatchObject(sticky)
    expect(hops(scene({}, ...gateway))).toMatchObject(pods(none))
  })

  const upstream = (spec: object) => objectOf('apisix.apache.org/v2', 'ApisixUpstream', 'web', spec)
  const sourced = { loadbalancer: { type: 'chash', key: 'remote_addr' } }
  const controller = (version: string) => programOf(`apache/apisix-ingress-controller:${version}`)
  const unknown = [{ policy: { kind: 'unknown' } }]

  it('reads an ApisixUpstream for an Ingress before 2.0 only', () => {
    const byClass = ingressOf('', { 'kubernetes.io/ingress.class': 'apisix' })
    const of = (...more: ReturnType<typeof objectOf>[]) =>
      hops(scene({}, byClass, upstream(sourced), ...more))
    expect(of(controller('1.8.4'))).toStrictEqual(hash('client address'))
    expect(of(controller('2.0.1'))).toStrictEqual(pods(none))
    expect(of()).toMatchObject(unknown)
  })

  it.each([
    ['1.8.4', [{ policy: { kind: 'hash', of: 'client address' } }], 'only the pods of subset v1'],
    ['2.0.1', [{ policy: none }], 'only the pods of subset v1'],
    ['latest', unknown, 'only the pods of subset v1'],
  ])('reads the settings of a port before 2.0 only, and subsets: %s', (version, expected, note) => {
    const spec = { portLevelSettings: [{ port: 80, ...sourced }], subsets: [{ name: 'v1', labels: {} }] }
    const backends = [{ serviceName: 'web', servicePort: 80, subset: 'v1' }]
    const front = objectOf('apisix.apache.org/v2', 'ApisixRoute', 'front', {
      http: [{ match: { hosts: ['shop.example'], paths: ['/*'] }, backends }],
    })
    const found = scene({}, front, upstream(spec), controller(version))
    expect(hops(found)).toMatchObject(expected)
    const { paths, findings } = analyse(found, target)
    expect(paths.flatMap((path) => path.hops.map((hop) => hop.note))).toContain(note)
    expect(findings.some(({ code }) => code === 'AFF-APISIX-SUBSET')).toBe(false)
  })

  it.each([
    ['1.8.4', ['only the pods of subset v1', 'only the pods of subset v2'], 0],
    ['2.0.1', ['only the pods of subset v2', 'only the pods of subset v2'], 1],
    [
      'latest',
      ['only the pods of subset v1; since 2.0 only the pods of subset v2', 'only the pods of subset v2'],
      1,
    ],
  ])('has one list of pods for each Service of a route since 2.0: %s', (version, notes, count) => {
    const rule = (subset: string) => ({
      match: { hosts: ['shop.example'], paths: [`/${subset}`] },
      backends: [{ serviceName: 'web', servicePort: 80, subset }],
    })
    const front = objectOf('apisix.apache.org/v2', 'ApisixRoute', 'front', { http: [rule('v1'), rule('v2')] })
    const { paths, findings } = analyse(scene({}, front, upstream({}), controller(version)), target)
    const said = paths.flatMap((path) => path.hops.flatMap(({ note }) => note ?? []))
    expect(said.filter((one) => one.includes('subset'))).toStrictEqual(notes)
    expect(findings.filter(({ code }) => code === 'AFF-APISIX-SUBSET')).toHaveLength(count)
  })
})

describe('Skipper', () => {
  const points = 'into-a-hash'
  const filter = (key: string) => `fadeIn("3m") -> consistentHashKey("${key}")`
  const byClass = { 'kubernetes.io/ingress.class': 'skipper' }
  const annotated = (algorithm: string, filters?: string) =>
    ways('', {
      ...byClass,
      'zalando.org/skipper-loadbalancer': algorithm,
      ...(filters === undefined ? {} : { 'zalando.org/skipper-filter': filters }),
    })

  it.each([
    ['${request.header.X-User}', { kind: 'header', name: 'X-User', points }],
    ['${request.cookie.sid}', { kind: 'cookie', name: 'sid', madeBy: 'application', points }],
    ['${request.query.room}', { kind: 'hash', of: 'parameter room' }],
    ['${request.source}', { kind: 'hash', of: 'client address' }],
    ['${productId}', { kind: 'hash', of: '${productId}' }],
  ])('hashes the key of an Ingress: %s', (key, policy) => {
    expect(annotated('consistentHash', filter(key))).toStrictEqual(pods(policy))
  })

  it('hashes the address without a key, and nothing with another algorithm', () => {
    expect(annotated('consistentHash')).toStrictEqual(pods({ kind: 'hash', of: 'client address' }))
    expect(annotated('random', filter('${request.source}'))).toStrictEqual(pods(none))
  })

  it.each([
    [['-kubernetes-default-lb-algorithm=consistentHash'], { kind: 'hash', of: 'client address' }],
    [['--kubernetes-default-lb-algorithm', 'consistentHash'], { kind: 'hash', of: 'client address' }],
    [['-kubernetes-default-lb-algorithm=random'], none],
    [['-kubernetes'], none],
  ])('takes the algorithm of a flag where none is named: %j', (args, policy) => {
    const group = objectOf('zalando.org/v1', 'RouteGroup', 'group', {
      hosts: ['shop.example'],
      backends: [{ name: 'own', type: 'service', serviceName: 'web', servicePort: 80 }],
      defaultBackends: [{ backendName: 'own' }],
    })
    const skipper = programOf('registry.opensource.zalan.do/teapot/skipper:v0.27.53', args)
    expect(hops(scene({}, ingressOf('', byClass), skipper))).toStrictEqual(pods(policy))
    expect(hops(scene({}, group, skipper))).toStrictEqual(pods(policy))
  })

  it('says that an algorithm of a file is not known', () => {
    const skipper = programOf('ghcr.io/zalando/skipper', ['-config-file=/etc/skipper.yaml'])
    expect(hops(scene({}, ingressOf('', byClass), skipper))).toMatchObject([{ policy: { kind: 'unknown' } }])
  })

  it('reads a RouteGroup: hosts, routes, backends and weights', () => {
    const group = (spec: object) =>
      hops(
        scene(
          {},
          objectOf('zalando.org/v1', 'RouteGroup', 'front', {
            hosts: ['shop.example'],
            backends: [
              {
                name: 'own',
                type: 'service',
                serviceName: 'web',
                servicePort: 80,
                algorithm: 'consistentHash',
              },
              { name: 'next', type: 'service', serviceName: 'next', servicePort: 80 },
            ],
            ...spec,
          }),
        ),
      )
    const routes = [{ pathSubtree: '/', filters: [filter('${request.header.X-User}')] }]
    const sticky = { policy: { kind: 'header', name: 'X-User', points }, arrival: 'pods' }
    expect(group({ routes, defaultBackends: [{ backendName: 'own' }] })).toStrictEqual([sticky])
    const both = [
      { backendName: 'own', weight: 3 },
      { backendName: 'next', weight: 1 },
    ]
    expect(group({ routes, defaultBackends: both })).toStrictEqual([{ ...sticky, share: 0.75 }])
    expect(group({ defaultBackends: [{ backendName: 'own' }] })).toStrictEqual(
      pods({ kind: 'hash', of: 'client address' }),
    )
  })
})

describe('gateways whose controllers have policies of their own', () => {
  const toService = { targetRef: { group: '', kind: 'Service', name: 'web' } }
  const behind = (controllerName: string, objects: ReturnType<typeof objectOf>[], rule: object = {}) =>
    hops(scene({}, ...gatewayOf(controllerName, rule), ...objects))
  const gke = 'networking.gke.io/gateway'
  const backendPolicy = (sessionAffinity: object) =>
    objectOf('networking.gke.io/v1', 'GCPBackendPolicy', 'own', {
      ...toService,
      default: { sessionAffinity },
    })
  const stateful = { statefulGeneratedCookie: { cookieTtlSeconds: 50 } }
  const sessionPolicy = objectOf('networking.gke.io/v1', 'GCPSessionAffinityPolicy', 'own', {
    ...toService,
    ...stateful,
  })

  it('GKE: GCPBackendPolicy, GCPSessionAffinityPolicy and the filter of a rule', () => {
    const gclb = { kind: 'cookie', name: 'GCLB', path: '/', ttlSeconds: 50, ...recorded }
    const generated = backendPolicy({ type: 'GENERATED_COOKIE', cookieTtlSec: 50 })
    expect(behind(gke, [generated])).toMatchObject(pods(gclb))
    expect(behind(gke, [backendPolicy({ type: 'CLIENT_IP' })])).toMatchObject(
      pods({ kind: 'hash', of: 'client address' }),
    )
    expect(behind(gke, [sessionPolicy])).toMatchObject(pods({ ...gclb, name: 'GSSA' }))
    const filter = objectOf('networking.gke.io/v1', 'GCPSessionAffinityFilter', 'own', stateful)
    const extensionRef = { group: 'networking.gke.io', kind: 'GCPSessionAffinityFilter', name: 'own' }
    expect(behind(gke, [filter], { filters: [{ type: 'ExtensionRef', extensionRef }] })).toMatchObject(
      pods({ ...gclb, name: 'GSSA' }),
    )
    expect(behind(gke, [generated, sessionPolicy])).toMatchObject([{ policy: { kind: 'unknown' } }])
  })

  it('a policy of another controller changes nothing', () => {
    expect(behind('traefik.io/gateway-controller', [sessionPolicy])).toMatchObject(pods(none))
  })

  it('Azure: RoutePolicy', () => {
    const routePolicy = (sessionAffinity: object) =>
      behind('alb.networking.azure.io/alb-controller', [
        objectOf('alb.networking.azure.io/v1', 'RoutePolicy', 'own', {
          targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'front' },
          default: { sessionAffinity },
        }),
      ])
    expect(routePolicy({ affinityType: 'managed-cookie', cookieName: 'sid' })).toMatchObject(
      pods({ kind: 'cookie', name: 'AGCAffinity', ttlSeconds: 86_400 }),
    )
    expect(
      routePolicy({ affinityType: 'application-cookie', cookieName: 'sid', cookieDuration: '1h' }),
    ).toMatchObject(pods({ kind: 'cookie', name: 'sid', ttlSeconds: 3600 }))
    expect(routePolicy({ affinityType: 'application-cookie', cookieName: 'sid' })).toMatchObject(pods(none))
  })

  it('kgateway: BackendConfigPolicy, unless the rule records the pod', () => {
    const config = (loadBalancer: object, target: object = { targetRefs: [toService.targetRef] }) =>
      objectOf('gateway.kgateway.dev/v1alpha1', 'BackendConfigPolicy', 'own', { ...target, loadBalancer })
    const to = (object: ReturnType<typeof config>, rule: object = {}) =>
      behind('kgateway.dev/kgateway', [object], rule)
    const cookie = { name: 'sid', path: '/', ttl: '1h', secure: true }
    const made = { kind: 'cookie', name: 'sid', path: '/', ttlSeconds: 3600, secure: true, madeBy: 'proxy' }
    const ring = { ringHash: { hashPolicies: [{ cookie }] } }
    expect(to(config(ring))).toMatchObject(pods(made))
    expect(
      to(config({ maglev: { hashPolicies: [{ header: { name: 'x-user' } }, { sourceIP: {} }] } })),
    ).toMatchObject(pods({ kind: 'hash', of: 'header x-user, client address' }))
    expect(to(config({ ringHash: {} }))).toMatchObject(pods(none))
    const several = [config(ring), config({ random: {} })]
    expect(behind('kgateway.dev/kgateway', several, {})).toMatchObject(pods({ kind: 'unknown' }))
    const elsewhere = { targetSelectors: [{ group: '', kind: 'Service', matchLabels: { app: 'other' } }] }
    expect(to(config(ring, elsewhere))).toMatchObject(pods(none))
    const session = { sessionPersistence: { sessionName: 'other' } }
    expect(to(config(ring), session)).toMatchObject(
      pods({ kind: 'cookie', name: 'other', points: 'at-a-pod' }),
    )
  })

  it('Kong: the KongUpstreamPolicy of the Service', () => {
    const policy = objectOf('configuration.konghq.com/v1beta1', 'KongUpstreamPolicy', 'own', {
      algorithm: 'consistent-hashing',
      hashOn: { header: 'x-user' },
    })
    const annotated = { 'konghq.com/upstream-policy': 'own' }
    expect(hops(scene(annotated, ...gatewayOf('konghq.com/kic-gateway-controller'), policy))).toMatchObject(
      pods({ kind: 'header', name: 'x-user' }),
    )
  })
})
