import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { choose } from '../../../src/change/carry/choose.ts'
import { editOthers } from '../../../src/change/manifest/others.ts'
import { predict } from '../../../src/change/write/predict.ts'
import { known, storeOf } from '../../../src/model/cluster/store.ts'
import { undoOf } from '../../../src/change/write/undo.ts'
import { changes } from '../../../src/mechanisms/changes.ts'
import { definitions } from '../../../src/mechanisms/kit/objects/definitions.ts'
import type { ChangeRequest } from '../../../src/model/affinity/change.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'
import { isOfType, resourceName } from '../../../src/model/cluster/object.ts'
import type { TargetRef } from '../../../src/model/affinity/target.ts'

const cookie: ChangeRequest = { verb: 'enable', by: { kind: 'cookie', name: 'route' } }
const disable: ChangeRequest = { verb: 'disable' }

type Fields = Record<string, unknown>

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: Fields,
  annotations = {},
): KubernetesObject =>
  ({ apiVersion, kind, metadata: { name, namespace: 'shop', annotations }, spec }) as KubernetesObject

const ingress = (className: string, annotations = {}, services = ['web']): KubernetesObject =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    'shop',
    {
      ingressClassName: className,
      rules: services.map((name) => ({
        host: 'shop.example.org',
        http: { paths: [{ path: `/${name}`, backend: { service: { name, port: { number: 80 } } } }] },
      })),
    },
    annotations,
  )

const ingressClass = (name: string, controller: string): KubernetesObject =>
  object('networking.k8s.io/v1', 'IngressClass', name, { controller })

const web = (annotations = {}): KubernetesObject => object('v1', 'Service', 'web', { ports: [] }, annotations)

const virtualService = (destinations: Fields[]): KubernetesObject =>
  object('networking.istio.io/v1', 'VirtualService', 'shop', {
    hosts: ['x'],
    http: [{ route: destinations }],
  })

const toWeb = { destination: { host: 'web' } }

const rule = (name: string, spec: Fields): KubernetesObject =>
  object('networking.istio.io/v1', 'DestinationRule', name, { host: 'web', ...spec })

const classes = [
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
  ingressClass('nginx-traefik', 'traefik.io/ingress-nginx'),
  ingressClass('traefik', 'traefik.io/ingress-controller'),
]

/** What a request comes to, among other objects: what is written, by name, and how it is undone. */
function ask(target: KubernetesObject, request: ChangeRequest, others: readonly KubernetesObject[] = []) {
  const all = [target, ...others, ...classes]
  const types = new Map(
    [definitions, ...changes.flatMap((one) => [...one.targets, ...one.reads])].map((type) => [
      resourceName(type),
      type,
    ]),
  )
  const lists = new Map(
    [...types].map(([name, type]) => [name, known(all.filter((one) => isOfType(one, type)))]),
  )
  const able = changes.filter(({ targets }) => targets.some((type) => isOfType(target, type)))
  const { changing, plan } = choose(able, target, { request, with: undefined }, storeOf(lists))
  const ref: TargetRef = { kind: target.kind.toLowerCase(), namespace: 'shop', name: target.metadata.name }
  return {
    plan,
    writes: plan.writes.map((write) => ('fields' in write ? write.fields : write.how)),
    after: plan.writes.map((write) => predict(write)),
    undo: undoOf({ changing, target: ref, object: target, plan, lists }),
  }
}

const prefix = 'nginx.ingress.kubernetes.io/'

describe('a cookie at ingress-nginx', () => {
  it('is three annotations, with a path that browsers send it back for', () => {
    const { writes, undo } = ask(ingress('nginx'), cookie)
    expect(writes).toStrictEqual([
      {
        metadata: {
          annotations: {
            [`${prefix}affinity`]: 'cookie',
            [`${prefix}session-cookie-name`]: 'route',
            [`${prefix}session-cookie-path`]: '/',
          },
        },
      },
    ])
    expect(undo).toStrictEqual(['kubectl affinity disable ingress/shop -n shop'])
  })

  it('goes with all that makes it sticky, and nothing else', () => {
    const annotations = {
      [`${prefix}affinity`]: 'cookie',
      [`${prefix}session-cookie-hash`]: 'sha1',
      [`${prefix}rewrite-target`]: '/',
    }
    const { after, undo } = ask(ingress('nginx', annotations), disable)
    expect(after).toMatchObject([{ metadata: { annotations: { [`${prefix}rewrite-target`]: '/' } } }])
    expect(after[0]).not.toMatchObject({
      metadata: { annotations: { [`${prefix}session-cookie-hash`]: 'sha1' } },
    })
    // No flag says it: kubectl does.
    expect(undo[0]).toMatch(/^kubectl patch ingresses.networking.k8s.io\/shop -n shop --type merge -p '\{/)
  })

  it.each([
    ['a canary', ingress('nginx', { [`${prefix}canary`]: 'true' }), /a canary is as sticky as/],
    ['the cluster IP', ingress('nginx', { [`${prefix}service-upstream`]: 'true' }), /cluster IP/],
    ['two Services of Traefik', ingress('nginx-traefik', {}, ['a', 'b']), /overwrite the other/],
    ['a class of nobody', ingress('else'), /who serves it is none of those/],
  ])('is refused for %s', (_, target, message) => {
    expect(() => ask(target, cookie)).toThrow(message)
  })

  it('is not persistent where Traefik reads its annotations', () => {
    const persistent: ChangeRequest = {
      verb: 'enable',
      by: { kind: 'cookie', name: 'route', persistent: true },
    }
    expect(ask(ingress('nginx'), persistent).plan.notices).toStrictEqual([])
    expect(() => ask(ingress('nginx-traefik'), persistent)).toThrow(/Traefik does not read affinity-mode/)
  })
})

describe('a cookie at Traefik', () => {
  it('is written on the Service behind the Ingress', () => {
    const { plan, writes } = ask(ingress('traefik'), cookie, [web()])
    expect(plan.writes.map((write) => write.object.metadata.name)).toStrictEqual(['web'])
    const sticky = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
    expect(writes).toStrictEqual([
      { metadata: { annotations: { [sticky]: 'true', [`${sticky}.name`]: 'route' } } },
    ])
  })

  it('goes from the Services that are there, and is refused where one is not', () => {
    const sticky = web({ 'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true' })
    const both = ingress('traefik', {}, ['web', 'gone'])
    expect(ask(both, disable, [sticky]).writes).toStrictEqual([
      { metadata: { annotations: { 'traefik.ingress.kubernetes.io/service.sticky.cookie': null } } },
    ])
    expect(() => ask(both, cookie, [sticky])).toThrow('service/gone is not there')
  })
})

describe('the address of clients at an IngressRoute', () => {
  const bySource: ChangeRequest = { verb: 'enable', by: { kind: 'source-ip' } }
  const route = (...services: Fields[]): KubernetesObject =>
    object('traefik.io/v1alpha1', 'IngressRoute', 'shop', { routes: [{ match: 'Host(`x`)', services }] })
  const servicesAfter = (target: KubernetesObject, request: ChangeRequest): unknown =>
    ask(target, request).after.map((one) => one?.['spec'])

  it('is a strategy, in the place of a cookie, which would be ignored', () => {
    const target = route({ name: 'web', port: 80, sticky: { cookie: { name: 'x' } } })
    expect(servicesAfter(target, bySource)).toStrictEqual([
      { routes: [{ match: 'Host(`x`)', services: [{ name: 'web', port: 80, strategy: 'hrw' }] }] },
    ])
    expect(ask(target, bySource).plan).toMatchObject({
      before: { kind: 'cookie', name: 'x' },
      after: { kind: 'hash', of: 'client address' },
    })
  })

  it.each([
    ['several services', [{ name: 'web' }, { name: 'next' }], /never by the address/],
    ['a TraefikService', [{ name: 'web', kind: 'TraefikService' }], /by cookies/],
  ])('is refused before %s, and not sent on to where it is refused as well', (_name, services, words) => {
    const asked = (): unknown => ask(route(...services), bySource)
    expect(asked).toThrow(words)
    const elsewhere = expect.arrayContaining([expect.stringContaining('traefikservice/NAME')]) as unknown
    expect(asked).not.toThrow(expect.objectContaining({ hints: elsewhere }))
    expect(() => ask(route(...services), cookie)).toThrow(expect.objectContaining({ hints: elsewhere }))
  })

  it('goes, and another strategy stays', () => {
    const services = (strategy: string): unknown =>
      servicesAfter(route({ name: 'web', strategy, sticky: { cookie: {} } }), disable)
    expect(JSON.stringify(services('hrw'))).toContain('[{"name":"web"}]')
    expect(JSON.stringify(services('p2c'))).toContain('[{"name":"web","strategy":"p2c"}]')
  })

  it.each([
    ['an IngressRoute', route({ name: 'web', sticky: { cookie: {} } })],
    [
      'a TraefikService',
      object('traefik.io/v1alpha1', 'TraefikService', 'both', {
        weighted: { services: [{ name: 'web' }], sticky: { cookie: {} } },
      }),
    ],
  ])('a cookie whose name Traefik makes up goes from %s as well', (_, target) => {
    expect(JSON.stringify(servicesAfter(target, disable))).toMatch(/\[\{"name":"web"\}\]/)
    expect(JSON.stringify(servicesAfter(target, disable))).not.toContain('cookie')
  })

  it.each([
    ['several services', route({ name: 'web' }, { name: 'next' }), /first picks one of them/],
    ['a cluster IP', route({ name: 'web', nativeLB: true }), /a hash keeps no pod/],
    ['an Ingress, which has no such annotation', ingress('traefik'), /by cookies only/],
  ])('is refused for %s', (_, target, message) => {
    expect(() => ask(target, bySource, [web()])).toThrow(message)
  })
})

describe('a cookie at a TraefikService', () => {
  const weighted = (services: Fields[]): KubernetesObject =>
    object('traefik.io/v1alpha1', 'TraefikService', 'both', { weighted: { services } })

  it('is one of the Service first and one of the pod, each with its own name', () => {
    const { after, undo } = ask(
      weighted([
        { name: 'a', weight: 3 },
        { name: 'b', weight: 1 },
      ]),
      cookie,
    )
    expect(after[0]?.['spec']).toStrictEqual({
      weighted: {
        services: [
          { name: 'a', weight: 3, sticky: { cookie: { name: 'route-a' } } },
          { name: 'b', weight: 1, sticky: { cookie: { name: 'route-b' } } },
        ],
        sticky: { cookie: { name: 'route' } },
      },
    })
    expect(undo).toStrictEqual(['kubectl affinity disable traefikservice/both -n shop'])
  })

  it('is refused where there is nothing to weigh', () => {
    expect(() =>
      ask(object('traefik.io/v1alpha1', 'TraefikService', 'x', { mirroring: { name: 'a' } }), cookie),
    ).toThrow(/no weighted services/)
  })
})

describe('a cookie in Istio', () => {
  it('makes a rule where there is none, with a path and the ttl without which no cookie is made', () => {
    const { plan, undo } = ask(virtualService([toWeb]), cookie)
    expect(plan.writes).toMatchObject([
      {
        how: 'create',
        object: {
          metadata: { name: 'web', namespace: 'shop' },
          spec: {
            host: 'web.shop.svc.cluster.local',
            trafficPolicy: {
              loadBalancer: { consistentHash: { httpCookie: { name: 'route', path: '/', ttl: '0s' } } },
            },
          },
        },
      },
    ])
    expect(undo).toStrictEqual(['kubectl affinity disable virtualservice/shop -n shop'])
  })

  it('extends the rule that counts, and the ports and subsets that would take its place', () => {
    const policy = {
      connectionPool: { tcp: { maxConnections: 9 } },
      loadBalancer: { simple: 'ROUND_ROBIN' },
      portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }],
    }
    const subsets = [{ name: 'v1', trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }, { name: 'v2' }]
    const { after, writes } = ask(virtualService([toWeb]), cookie, [
      rule('mine', { trafficPolicy: policy, subsets }),
    ])
    const loadBalancer = { consistentHash: { httpCookie: { name: 'route', path: '/', ttl: '0s' } } }
    expect(writes).toHaveLength(1)
    expect(after[0]?.['spec']).toStrictEqual({
      host: 'web',
      subsets: [{ name: 'v1', trafficPolicy: { loadBalancer } }, { name: 'v2' }],
      trafficPolicy: {
        connectionPool: { tcp: { maxConnections: 9 } },
        loadBalancer,
        portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' }, loadBalancer }],
      },
    })
  })

  it('is refused where a route has several destinations', () => {
    expect(() => ask(virtualService([toWeb, toWeb]), cookie)).toThrow(/draws one of them for every request/)
  })

  it('goes from a rule of somebody else, which stays', () => {
    const hash = { loadBalancer: { consistentHash: { httpCookie: { name: 'a', ttl: '0s' } } } }
    const { plan, after } = ask(virtualService([toWeb]), disable, [rule('theirs', { trafficPolicy: hash })])
    expect(plan.writes.map(({ how }) => how)).toStrictEqual(['patch'])
    expect(after[0]?.['spec']).toStrictEqual({ host: 'web' })
  })
})

describe('a cookie in files', () => {
  const edit = (text: string): string =>
    editOthers([{ name: 'x.yaml', text, named: true }], { request: cookie, with: undefined }).text
  const shop = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop} # no namespace
spec:
  http:
  - route:
    - destination: {host: web}
`
  it('stands in a rule of its own behind them, in the namespace that they are applied to', () => {
    const [first, second] = edit(shop).split('---\n')
    expect(first).toBe(shop)
    expect(parse(second!)).toMatchObject({ metadata: { name: 'web' }, spec: { host: 'web' } })
    expect(parse(second!)).not.toHaveProperty('metadata.namespace')
  })

  it('extends the rule that is there, with its comments', () => {
    const rule = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: any}
spec:
  host: web # ours
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 9}} # enough
`
    expect(edit(`${shop}---\n${rule}`)).toBe(`${shop}---\n${rule}    loadBalancer:
      consistentHash:
        httpCookie:
          name: route
          path: /
          ttl: 0s
`)
  })
})

describe('disable in files', () => {
  const annotated = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop # ours
  annotations:
    ${prefix}affinity: cookie
spec: {ingressClassName: nginx}
`
  const bare = annotated.replace(/ {2}annotations:\n.*\n/, '')
  const inList = (text: string): string =>
    `apiVersion: v1\nkind: List\nitems:\n- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`

  it.each([
    ['of an Ingress', annotated, bare],
    ['of an Ingress in a List', inList(annotated), inList(bare)],
  ])('takes the last annotation %s away, with the mapping', (_, text, wanted) => {
    const { text: after } = editOthers([{ name: 'x.yaml', text, named: true }], {
      request: disable,
      with: undefined,
    })
    expect(after).toBe(wanted)
  })
})

describe('a cookie at a route', () => {
  const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', {
    parentRefs: [{ name: 'gw' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  })
  const gateway = (controllerName: string): KubernetesObject[] => [
    object('gateway.networking.k8s.io/v1', 'Gateway', 'gw', { gatewayClassName: 'c' }),
    object('gateway.networking.k8s.io/v1', 'GatewayClass', 'c', { controllerName }),
  ]

  it('is session persistence of each rule, at Envoy Gateway', () => {
    const { after } = ask(route, cookie, gateway('gateway.envoyproxy.io/gatewayclass-controller'))
    expect(after[0]?.['spec']).toMatchObject({
      rules: [{ sessionPersistence: { type: 'Cookie', sessionName: 'route' } }],
    })
  })

  const eg = gateway('gateway.envoyproxy.io/gatewayclass-controller')
  const policy = (spec: Fields): KubernetesObject =>
    object('gateway.envoyproxy.io/v1alpha1', 'BackendTrafficPolicy', 'mine', {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'shop' }],
      ...spec,
    })
  const standard = object(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'httproutes.gateway.networking.k8s.io',
    {
      versions: [{ served: true, storage: true, schema: { openAPIV3Schema: { properties: {} } } }],
    },
  )
  const secure: ChangeRequest = {
    verb: 'enable',
    by: { kind: 'cookie', name: 'route', secure: true, ttlSeconds: 604_800 },
  }

  it('is a hash of a policy where it has attributes, and goes with it', () => {
    const { plan, undo } = ask(route, secure, eg)
    expect(plan.writes).toMatchObject([
      {
        how: 'create',
        object: {
          metadata: { name: 'shop', namespace: 'shop' },
          spec: {
            targetRefs: [{ kind: 'HTTPRoute', name: 'shop' }],
            loadBalancer: {
              type: 'ConsistentHash',
              consistentHash: {
                type: 'Cookie',
                cookie: { name: 'route', ttl: '168h', attributes: { Path: '/', Secure: 'true' } },
              },
            },
          },
        },
      },
    ])
    expect(undo).toStrictEqual(['kubectl affinity disable httproute/shop -n shop'])
  })

  it('extends the policy of the route, without what does not go with a hash', () => {
    const balancer = { type: 'ConsistentHash', consistentHash: { type: 'SourceIP', tableSize: 1021 } }
    const { after } = ask(route, secure, [
      ...eg,
      policy({ loadBalancer: balancer, retry: { numRetries: 2 } }),
    ])
    expect(after[0]?.['spec']).toMatchObject({
      retry: { numRetries: 2 },
      loadBalancer: { consistentHash: { type: 'Cookie', tableSize: 1021 } },
    })
    const least = { type: 'LeastRequest', slowStart: { window: '10s' } }
    const changed = ask(route, { verb: 'enable', by: { kind: 'source-ip' } }, [
      ...eg,
      policy({ loadBalancer: least }),
    ])
    expect(changed.after[0]?.['spec']).toMatchObject({
      loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } },
    })
    expect(changed.after[0]).not.toHaveProperty('spec.loadBalancer.slowStart')
    expect(changed.undo[0]).toContain('"slowStart":{"window":"10s"}')
  })

  it('is a hash of a GRPCRoute, whose sessions few versions read', () => {
    const grpc = { ...route, kind: 'GRPCRoute' }
    const { plan } = ask(grpc, cookie, eg)
    expect(plan.writes).toMatchObject([
      { how: 'create', object: { spec: { targetRefs: [{ kind: 'GRPCRoute', name: 'shop' }] } } },
    ])
    expect(() =>
      ask(grpc, { verb: 'enable', by: { kind: 'cookie', name: 'a', persistent: true } }, eg),
    ).toThrow(/moves some clients when pods are added/)
  })

  it('is merged with the policy of a gateway, and is a hash where routes have no such field', () => {
    const ofGateway = policy({ targetRefs: [{ kind: 'Gateway', name: 'gw' }] })
    const { plan } = ask(route, cookie, [...eg, ofGateway, standard])
    expect(plan.writes).toMatchObject([{ how: 'create', object: { spec: { mergeType: 'StrategicMerge' } } }])
    expect(plan.notices.map(({ message }) => message)).toStrictEqual([
      expect.stringContaining('those of the standard channel'),
    ])
  })

  it('is refused where it is not known who serves it', () => {
    expect(() => ask(route, cookie)).toThrow(/cannot be seen/)
    expect(() => ask(route, cookie, gateway('example.com/other'))).toThrow(/served by example.com\/other/)
  })

  it('is the DestinationRule of the Services behind it, where Istio serves it', () => {
    const istio = gateway('istio.io/gateway-controller')
    const hash = { httpCookie: { name: 'route', path: '/', ttl: '0s' } }
    expect(ask(route, cookie, istio).plan.writes).toMatchObject([
      { how: 'create', object: { kind: 'DestinationRule', spec: { host: 'web.shop.svc.cluster.local' } } },
    ])
    const spec = { trafficPolicy: { loadBalancer: { consistentHash: hash } } }
    const { plan } = ask(route, disable, [...istio, rule('web', spec)])
    expect(plan).toMatchObject({ before: { kind: 'cookie', name: 'route' }, writes: [{ how: 'patch' }] })
    const drawn = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', {
      parentRefs: [{ name: 'gw' }],
      rules: [
        {
          backendRefs: [
            { name: 'web', port: 80 },
            { name: 'api', port: 80 },
          ],
        },
      ],
    })
    expect(() => ask(drawn, cookie, istio)).toThrow(/several backends/)
  })

  it('takes away at an HTTPRoute of Istio what stands there in vain', () => {
    const vain = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', {
      parentRefs: [{ name: 'gw' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }], sessionPersistence: { sessionName: 'x' } }],
    })
    const { plan } = ask(vain, disable, gateway('istio.io/gateway-controller'))
    expect(plan.writes).toMatchObject([{ how: 'patch', object: { kind: 'HTTPRoute' } }])
  })

  it('takes the place of a hash, and a header is hashed', () => {
    const byHeader: ChangeRequest = { verb: 'enable', by: { kind: 'header', name: 'X-User' } }
    const session = { sessionPersistence: { type: 'Cookie', sessionName: 'old' } }
    const kept = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', {
      parentRefs: [{ name: 'gw' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }], ...session }],
    })
    expect(ask(kept, byHeader, eg).plan.writes).toMatchObject([
      { how: 'patch', fields: { spec: { rules: [{ backendRefs: [{ name: 'web' }] }] } } },
      {
        how: 'create',
        object: {
          spec: { loadBalancer: { consistentHash: { type: 'Headers', headers: [{ name: 'X-User' }] } } },
        },
      },
    ])
    const hashed = policy({ loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } } })
    expect(ask(route, cookie, [...eg, hashed]).plan.writes).toMatchObject([
      { how: 'patch', object: { kind: 'HTTPRoute' } },
      { how: 'patch', object: { kind: 'BackendTrafficPolicy' }, fields: { spec: { loadBalancer: null } } },
    ])
  })
})
