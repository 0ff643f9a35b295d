import { describe, expect, it } from 'vitest'
import { undoOf } from '../../../src/change/write/undo.ts'
import { apisixIngressChange, apisixRouteChange } from '../../../src/mechanisms/apisix/write.ts'
import { envoyGatewayChange } from '../../../src/mechanisms/envoy-gateway/write.ts'
import { routeGroupChange } from '../../../src/mechanisms/skipper/write.ts'
import type { ChangeRequest } from '../../../src/model/affinity/change.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'
import { objectOf } from '../mechanisms/objects.ts'
import { ask } from './asked.ts'

const cookie: ChangeRequest = { verb: 'enable', by: { kind: 'cookie', name: 'sid' } }
const sourceIp: ChangeRequest = { verb: 'enable', by: { kind: 'source-ip' } }
const disable: ChangeRequest = { verb: 'disable' }

const web = objectOf('v1', 'Service', 'web', { ports: [{ port: 80 }] })

/** What runs of a controller. */
const program = (name: string, image: string, args: string[] = []): KubernetesObject => ({
  ...objectOf('apps/v1', 'Deployment', name, { template: { spec: { containers: [{ name, image, args }] } } }),
  metadata: { name, namespace: 'system', labels: { application: name, 'app.kubernetes.io/name': name } },
})

describe('a RouteGroup of Skipper', () => {
  const backend = (name: string, more: object = {}): object => ({
    name,
    type: 'service',
    serviceName: name,
    servicePort: 80,
    ...more,
  })
  const group = (spec: object): KubernetesObject =>
    objectOf('zalando.org/v1', 'RouteGroup', 'front', {
      backends: [backend('web')],
      defaultBackends: [{ backendName: 'web' }],
      ...spec,
    })
  const key = 'consistentHashKey("${request.cookie.sid}")'

  it('gets the algorithm at its backends and the key among the filters of its routes, in one write', () => {
    const target = group({
      backends: [backend('web'), { name: 'gone', type: 'shunt' }],
      routes: [
        { path: '/a', filters: ['compress()'] },
        { path: '/b', backends: [{ backendName: 'gone' }] },
      ],
    })
    const { plan, writes } = ask(routeGroupChange, cookie, target)
    expect(writes).toStrictEqual(['patch RouteGroup front'])
    expect(plan.writes).toMatchObject([
      {
        fields: {
          spec: {
            backends: [{ algorithm: 'consistentHash' }, { name: 'gone', type: 'shunt' }],
            routes: [{ filters: ['compress()', key] }, { filters: [key] }],
          },
        },
      },
    ])
    const ref = { kind: 'routegroup', namespace: 'shop', name: 'front' }
    const undo = undoOf({ changing: routeGroupChange, target: ref, object: target, plan, lists: new Map() })
    expect(undo).toStrictEqual(['kubectl affinity disable routegroup/front -n shop'])
  })

  it('by the address needs no key, and takes another one away', () => {
    const { plan } = ask(routeGroupChange, sourceIp, group({ routes: [{ path: '/a', filters: [key] }] }))
    expect(plan.writes).toMatchObject([{ fields: { spec: { routes: [{ path: '/a' }] } } }])
    expect(plan.after).toStrictEqual({ kind: 'hash', of: 'client address' })
    expect(ask(routeGroupChange, sourceIp, group({})).writes).toStrictEqual(['patch RouteGroup front'])
  })

  it('is told apart by name where the hash is usual', () => {
    const flag = '-kubernetes-default-lb-algorithm=consistentHash'
    const skipper = program('skipper-ingress', 'registry.example/skipper:v0.21', [flag])
    const { plan } = ask(routeGroupChange, disable, group({}), skipper)
    expect(plan.writes).toMatchObject([{ fields: { spec: { backends: [{ algorithm: 'roundRobin' }] } } }])
  })

  it('keeps what keeps nobody', () => {
    const target = group({
      backends: [backend('web', { algorithm: 'leastRequests' })],
      routes: [{ path: '/', filters: [key] }],
    })
    expect(ask(routeGroupChange, disable, target).writes).toStrictEqual([])
  })

  it.each([
    { why: 'draws one for every request', spec: { routes: [{ backends: ['web', 'next'] }] } },
    { why: 'has no routes', spec: {} },
    { why: 'leads to no Service', spec: { backends: [{ name: 'web', type: 'shunt' }] } },
  ])('is refused where it $why', ({ why, spec }) => {
    const refs = (names: readonly string[]): object[] =>
      names.map((backendName) => ({ backendName, weight: 1 }))
    const routes = (spec.routes ?? []).map(({ backends }) => ({ path: '/', backends: refs(backends) }))
    const target = group({ ...spec, ...(routes.length === 0 ? {} : { routes }) })
    expect(() => ask(routeGroupChange, cookie, target)).toThrow(why)
  })
})

describe('routes of APISIX', () => {
  const route = (...backends: object[]): KubernetesObject =>
    objectOf('apisix.apache.org/v2', 'ApisixRoute', 'front', {
      http: [
        {
          name: 'all',
          match: { paths: ['/*'] },
          backends: backends.map((one) => ({ serviceName: 'web', servicePort: 80, ...one })),
        },
      ],
    })
  const upstream = (spec: object): KubernetesObject =>
    objectOf('apisix.apache.org/v2', 'ApisixUpstream', 'web', spec)
  const next = objectOf('v1', 'Service', 'next', { ports: [{ port: 80 }] })

  it('get an ApisixUpstream of the name of the Service, which goes with affinity', () => {
    const on = ask(apisixRouteChange, cookie, route({}), web)
    expect(on.writes).toStrictEqual(['create ApisixUpstream web'])
    expect(on.plan.writes[0]?.object).toMatchObject({
      apiVersion: 'apisix.apache.org/v2',
      spec: { loadbalancer: { type: 'chash', hashOn: 'cookie', key: 'sid' } },
    })
    expect(on.plan.writes[0]?.object).not.toHaveProperty('spec.targetRefs')
    expect(on.plan.notices).toMatchObject([{ message: expect.stringContaining('no proxy sets this cookie') }])
    expect(ask(apisixRouteChange, disable, ...on.left).writes).toStrictEqual(['delete ApisixUpstream web'])
  })

  it('keep what somebody else wrote beside it', () => {
    const mine = upstream({ retries: 2, loadbalancer: { type: 'chash', hashOn: 'vars', key: 'remote_addr' } })
    const off = ask(apisixRouteChange, disable, route({}), web, mine)
    expect(off.plan.writes).toMatchObject([{ how: 'patch', fields: { spec: { loadbalancer: null } } }])
    expect(ask(apisixRouteChange, disable, ...off.left).writes).toStrictEqual([])
  })

  it.each([
    { why: 'sends to the cluster IP', all: [route({ resolveGranularity: 'service' }), web] },
    { why: 'draws one of them', all: [route({}, { serviceName: 'next' }), web, next] },
    { why: 'service/web is not there', all: [route({})] },
    { why: 'count before', all: [route({}), web, upstream({ portLevelSettings: [{ port: 80 }] })] },
  ])('are refused: $why', ({ why, all }) => {
    expect(() => ask(apisixRouteChange, cookie, ...all)).toThrow(why)
  })

  it('pass over settings of ports where a controller runs that does', () => {
    const controller = program('apisix-ingress-controller', 'apache/apisix-ingress-controller:2.0.1')
    const settings = upstream({ portLevelSettings: [{ port: 80 }] })
    const { writes } = ask(apisixRouteChange, cookie, route({}), web, settings, controller)
    expect(writes).toStrictEqual(['patch ApisixUpstream web'])
  })

  it('of an Ingress are about each Service once', () => {
    const path = (name: string): object => ({
      path: `/${name}`,
      pathType: 'Prefix',
      backend: { service: { name, port: { number: 80 } } },
    })
    const ingress = objectOf('networking.k8s.io/v1', 'Ingress', 'front', {
      ingressClassName: 'apisix',
      rules: [
        { http: { paths: [path('web'), path('next')] } },
        { host: 'a', http: { paths: [path('web')] } },
      ],
    })
    const ofIt = objectOf('networking.k8s.io/v1', 'IngressClass', 'apisix', {
      controller: 'apisix.apache.org/apisix-ingress-controller',
    })
    expect(ask(apisixIngressChange, sourceIp, ingress, web, next, ofIt).writes).toStrictEqual([
      'create BackendTrafficPolicy web',
      'create BackendTrafficPolicy next',
    ])
  })
})

describe('a GRPCRoute of Envoy Gateway', () => {
  const all = (version: string): KubernetesObject[] => [
    objectOf('gateway.networking.k8s.io/v1', 'GRPCRoute', 'front', {
      parentRefs: [{ name: 'outer' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    }),
    objectOf('gateway.networking.k8s.io/v1', 'Gateway', 'outer', { gatewayClassName: 'eg', listeners: [] }),
    objectOf('gateway.networking.k8s.io/v1', 'GatewayClass', 'eg', {
      controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    }),
    program('gateway-helm', `docker.io/envoyproxy/gateway:${version}`),
  ]

  it('gets sessionPersistence since 1.10, and a hash before', () => {
    expect(ask(envoyGatewayChange, cookie, ...all('v1.10.0')).writes).toStrictEqual(['patch GRPCRoute front'])
    const before = ask(envoyGatewayChange, cookie, ...all('v1.9.1'))
    expect(before.writes).toStrictEqual(['create BackendTrafficPolicy front'])
    expect(before.plan.notices).toMatchObject([
      { message: expect.stringContaining('since Envoy Gateway 1.10') },
    ])
  })
})
