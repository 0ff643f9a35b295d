import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LooseObject } from '../../../src/model/cluster/object.ts'
import { service } from '../analysis/build.ts'
import { waysThrough } from './build.ts'

const web = (annotations: Record<string, string> = {}) => service({}, { annotations })
const object = (
  apiVersion: string,
  kind: string,
  spec: unknown,
  annotations: Record<string, string> = {},
): LooseObject => ({
  apiVersion,
  kind,
  metadata: { name: 'front', namespace: 'shop', annotations },
  spec,
})
const ingressClasses = {
  nginx: 'k8s.io/ingress-nginx',
  plus: 'nginx.org/ingress-controller',
  traefik: 'traefik.io/ingress-controller',
  haproxy: 'haproxy-ingress.github.io/controller',
  alb: 'ingress.k8s.aws/alb',
}
const front = (objects: LooseObject[], target = web()) => {
  const paths = waysThrough(target, objects, ingressClasses)
  const [first] = paths[0]?.hops ?? []
  if (first === undefined) return undefined
  return [first.kind, first.arrival, first.policy, [...new Set(paths.map(({ entry }) => entry.address))]]
}
const ingress = (ingressClassName: string, annotations: Record<string, string> = {}) =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    {
      ingressClassName,
      rules: [
        { host: 'a.example', http: { paths: [{ path: '/x', backend: { service: { name: 'web' } } }] } },
      ],
    },
    annotations,
  )
const traefikCookie = { path: '/', madeBy: 'proxy', points: 'at-a-pod' } as const
const nginxCookie = { kind: 'cookie', path: '/x', madeBy: 'proxy', points: 'into-a-hash' } as const
const nginx = (key: string, value: string) => ({ [`nginx.ingress.kubernetes.io/${key}`]: value })

describe('Ingress', () => {
  const at = ['a.example/x']
  it.each([
    ['nginx', {}, {}, 'pods', { kind: 'none' }],
    ['nginx', nginx('affinity', 'cookie'), {}, 'pods', { ...nginxCookie, name: 'INGRESSCOOKIE' }],
    [
      'nginx',
      { ...nginx('affinity', 'cookie'), ...nginx('session-cookie-name', 'route') },
      {},
      'pods',
      { ...nginxCookie, name: 'route' },
    ],
    ['nginx', nginx('upstream-hash-by', '$remote_addr'), {}, 'pods', { kind: 'hash', of: '$remote_addr' }],
    ['nginx', nginx('service-upstream', 'true'), {}, 'cluster-ip', { kind: 'none' }],
    ['plus', { 'nginx.org/use-cluster-ip': 'true' }, {}, 'cluster-ip', { kind: 'none' }],
    [
      'traefik',
      {},
      { 'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true' },
      'pods',
      { kind: 'cookie', ...traefikCookie },
    ],
    [
      'traefik',
      {},
      { 'traefik.ingress.kubernetes.io/service.nativelb': 'true' },
      'cluster-ip',
      { kind: 'none' },
    ],
    [
      'haproxy',
      { 'haproxy-ingress.github.io/affinity': 'cookie' },
      {},
      'pods',
      { kind: 'cookie', name: 'INGRESSCOOKIE', path: '/', madeBy: 'proxy', points: 'at-a-pod' },
    ],
    ['alb', {}, {}, 'node-port', { kind: 'none' }],
    ['alb', { 'alb.ingress.kubernetes.io/target-type': 'ip' }, {}, 'pods', { kind: 'none' }],
    ['unheard-of', {}, {}, 'unknown', { kind: 'unknown' }],
  ])('%s %j %j', (name, annotations, ofService, via, policy) => {
    expect(front([ingress(name, annotations)], web(ofService))).toEqual(['ingress', via, policy, at])
  })

  it('with the older annotation for its class, and by the default backend', () => {
    const old = object(
      'networking.k8s.io/v1',
      'Ingress',
      { defaultBackend: { service: { name: 'web' } } },
      { 'kubernetes.io/ingress.class': 'nginx' },
    )
    expect(front([old])).toEqual(['ingress', 'pods', { kind: 'none' }, ['*']])
  })
})

describe('routes and meshes', () => {
  const gateway = 'gateway.networking.k8s.io/v1'
  const istio = 'networking.istio.io/v1'
  const toWeb = { route: [{ destination: { host: 'web' } }] }
  const rule = (consistentHash: unknown) =>
    object(istio, 'DestinationRule', {
      host: 'web',
      trafficPolicy: { loadBalancer: { consistentHash } },
    })

  it.each([
    [
      'another namespace',
      object(gateway, 'HTTPRoute', { rules: [{ backendRefs: [{ name: 'web', namespace: 'other' }] }] }),
      undefined,
    ],
    [
      'VirtualService of a gateway',
      object(istio, 'VirtualService', { hosts: ['a.example'], gateways: ['public'], http: [toWeb] }),
      ['gateway', 'pods', { kind: 'none' }, ['a.example']],
    ],
    [
      'VirtualService of the mesh',
      object(istio, 'VirtualService', { hosts: ['web'], http: [toWeb] }),
      ['mesh', 'pods', { kind: 'none' }, ['web']],
    ],
    [
      'cookie',
      rule({ httpCookie: { name: 'user', ttl: '0s' } }),
      [
        'mesh',
        'pods',
        { kind: 'cookie', name: 'user', madeBy: 'proxy', points: 'into-a-hash' },
        ['web (mesh)'],
      ],
    ],
    [
      'address',
      rule({ useSourceIp: true }),
      ['mesh', 'pods', { kind: 'hash', of: 'client address' }, ['web (mesh)']],
    ],
    [
      'IngressRoute',
      object('traefik.io/v1alpha1', 'IngressRoute', {
        routes: [{ match: 'Host(`a`)', services: [{ name: 'web', sticky: { cookie: { name: 's' } } }] }],
      }),
      ['ingress', 'pods', { kind: 'cookie', name: 's', ...traefikCookie }, ['Host(`a`)']],
    ],
    [
      'nativeLB',
      object('traefik.containo.us/v1alpha1', 'IngressRoute', {
        routes: [{ match: 'Host(`a`)', services: [{ name: 'web', nativeLB: true }] }],
      }),
      ['ingress', 'cluster-ip', { kind: 'none' }, ['Host(`a`)']],
    ],
  ])('%s', (_name, found, expected) => {
    expect(front([found])).toEqual(expected)
  })

  it('a VirtualService sticks as the DestinationRule of its host says', () => {
    const route = object(istio, 'VirtualService', {
      hosts: ['a.example'],
      gateways: ['public'],
      http: [toWeb],
    })
    expect(front([route, rule({ httpHeaderName: 'x-user' })])?.[2]).toEqual({
      kind: 'header',
      name: 'x-user',
      points: 'into-a-hash',
    })
  })
})

describe('several ways through one object', () => {
  const istio = 'networking.istio.io/v1'
  const route = (gateways: string[], host = 'web') =>
    object(istio, 'VirtualService', {
      hosts: ['web'],
      gateways,
      http: [{ route: [{ destination: { host } }] }],
    })
  const rule = object(istio, 'DestinationRule', {
    host: 'web',
    trafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: 'sid', ttl: '0s' } } } },
  })
  const ways = (objects: LooseObject[]) =>
    waysThrough(web(), objects, ingressClasses).map(({ entry, hops: [hop] }) => [
      hop?.kind,
      entry.of.kind,
      hop?.policy.kind,
    ])

  it('a VirtualService of a gateway and the mesh is both, and its DestinationRule is no way of its own', () => {
    expect(ways([route(['gw', 'mesh']), rule])).toEqual([
      ['gateway', 'VirtualService', 'cookie'],
      ['mesh', 'VirtualService', 'cookie'],
    ])
  })

  it('callers in the mesh pick by the DestinationRule where a VirtualService is of gateways alone', () => {
    expect(ways([route(['gw']), rule])).toEqual([
      ['gateway', 'VirtualService', 'cookie'],
      ['mesh', 'DestinationRule', 'cookie'],
    ])
  })

  it.each([
    ['web', true],
    ['web.shop.svc.cluster.local', true],
    ['web.shop', false],
    ['web.shop.com', false],
    ['web.other.svc.cluster.local', false],
  ])('Istio takes the host %s for the Service: %s', (host, isOurs) => {
    expect(ways([route([], host)])).toHaveLength(isOurs ? 1 : 0)
  })

  it('an Ingress of another namespace leads to a Service of its own', () => {
    const elsewhere = ingress('nginx')
    elsewhere.metadata.namespace = 'other'
    expect(waysThrough(web(), [elsewhere], ingressClasses)).toEqual([])
  })
})

it('objects of any shape are read without an error', () => {
  const kinds = fc.constantFrom(
    ['networking.k8s.io/v1', 'Ingress'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['networking.istio.io/v1', 'VirtualService'],
    ['networking.istio.io/v1', 'DestinationRule'],
    ['traefik.io/v1alpha1', 'IngressRoute'],
  )
  const keys = [
    'rules',
    'http',
    'paths',
    'backend',
    'service',
    'name',
    'route',
    'routes',
    'services',
    'host',
    'backendRefs',
    'destination',
  ]
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom<unknown>(null, 'web', '', 1, true),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
    ),
  })).any
  fc.assert(
    fc.property(kinds, value, ([apiVersion = '', kind = ''], spec) => {
      waysThrough(web(), [object(apiVersion, kind, spec)], ingressClasses)
    }),
    { numRuns: 500 },
  )
})
