/** What mends a finding names the kind of object that is there, and no other one. */
import { describe, expect, it } from 'vitest'
import { analyse, analyseObject, type Explanation } from '../../../src/analysis/analyse.ts'
import { sceneOf } from '../../../src/analysis/store.ts'
import { routeTypes, targetKinds } from '../../../src/mechanisms/index.ts'
import { ingresses } from '../../../src/mechanisms/ingress/objects.ts'
import { isOfType, keyOf, type LooseObject, refOf } from '../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../src/model/cluster/snapshot.ts'
import type { Finding } from '../../../src/model/findings/finding.ts'
import { gatewayOf } from '../mechanisms/gateway-api/build.ts'
import { service, snapshot, target } from './build.ts'
import { grid } from './grid.ts'
import type { GridRow } from './rows.ts'

const kinds = [...new Set([ingresses, ...routeTypes].map(({ kind }) => kind))]

const objectsOf = ({ objects, services }: Snapshot): LooseObject[] => [
  ...[...objects.lists.values()].flatMap((list) => (list.known ? list.value : [])),
  ...services.map(({ service: { spec, ...rest } }) => ({ ...rest, spec })),
]

/** The kinds that mends name and that no object of the snapshot is of. */
function strange({ mend }: Finding, there: ReadonlySet<string>): string[] {
  return kinds.filter((kind) => new RegExp(`\\b${kind}s?\\b`).test(mend.join('\n')) && !there.has(kind))
}

function explain(found: Snapshot, of?: GridRow['of']): Explanation {
  if (of === undefined) return analyse(found, target)
  const object = objectsOf(found).find((one) => keyOf(refOf(one)) === keyOf(of))!
  const kind = targetKinds.find(({ type }) => isOfType(object, type))!
  return analyseObject(sceneOf(found), kind, object)
}

/** Mends that make an object of another kind on purpose. */
const made: Readonly<Record<string, readonly string[]>> = {
  'AFF-AWS-TLS': ['Ingress'],
  'AFF-ISTIO-WAYPOINT': ['VirtualService', 'HTTPRoute'],
  'AFF-MESH-BYPASSES-SERVICE': ['DestinationRule'],
  'AFF-ROUTE-BYPASSES-SERVICE': ['DestinationRule'],
  'AFF-SVC-LB-HIDES-CLIENTS': ['Ingress'],
  'AFF-SVC-PER-FAMILY-TABLES': ['Ingress'],
  'AFF-TRA-DRAWS-SERVICE': ['TraefikService'],
}

it.each(Object.entries(grid))('%s is mended where it is', (code, { fires, of }) => {
  const found = fires()
  const there = new Set(objectsOf(found).map(({ kind }) => kind))
  for (const finding of explain(found, of).findings)
    expect(
      strange(finding, there).filter((kind) => made[finding.code]?.includes(kind) !== true),
      `${code}: ${finding.mend.join('\n')}`,
    ).toEqual([])
})

const to = { name: 'web', port: 80 }
const service80 = { service: { name: 'web', port: { number: 80 } } }
/** An object of each kind in front of service/web, without affinity. */
const fronts: Readonly<Record<string, { apiVersion: string; spec: object }>> = {
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: 'a.example', http: { paths: [{ path: '/', backend: service80 }] } }],
    },
  },
  VirtualServer: {
    apiVersion: 'k8s.nginx.org/v1',
    spec: {
      host: 'a.example',
      upstreams: [{ name: 'u', service: 'web', port: 80 }],
      routes: [{ path: '/', action: { pass: 'u' } }],
    },
  },
  VirtualServerRoute: {
    apiVersion: 'k8s.nginx.org/v1',
    spec: {
      host: 'a.example',
      upstreams: [{ name: 'u', service: 'web', port: 80 }],
      subroutes: [{ path: '/', action: { pass: 'u' } }],
    },
  },
  HTTPRoute: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [to] }] },
  },
  GRPCRoute: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [to] }] },
  },
  Mapping: {
    apiVersion: 'getambassador.io/v3alpha1',
    spec: { hostname: '*', prefix: '/', service: 'web', resolver: 'endpoint' },
  },
  ApisixRoute: {
    apiVersion: 'apisix.apache.org/v2',
    spec: {
      http: [
        {
          name: 'r',
          match: { hosts: ['a.example'], paths: ['/*'] },
          backends: [{ serviceName: 'web', servicePort: 80 }],
        },
      ],
    },
  },
  RouteGroup: {
    apiVersion: 'zalando.org/v1',
    spec: {
      hosts: ['a.example'],
      backends: [{ name: 'b', type: 'service', serviceName: 'web', servicePort: 80 }],
      defaultBackends: [{ backendName: 'b' }],
    },
  },
  VirtualService: {
    apiVersion: 'networking.istio.io/v1',
    spec: { hosts: ['a.example'], gateways: ['g'], http: [{ route: [{ destination: { host: 'web' } }] }] },
  },
  DestinationRule: { apiVersion: 'networking.istio.io/v1', spec: { host: 'web' } },
  IngressRoute: {
    apiVersion: 'traefik.io/v1alpha1',
    spec: { routes: [{ match: 'Host(`a.example`)', services: [to] }] },
  },
  IngressRouteTCP: {
    apiVersion: 'traefik.io/v1alpha1',
    spec: { routes: [{ match: 'HostSNI(`*`)', services: [to] }] },
  },
  CiliumEnvoyConfig: {
    apiVersion: 'cilium.io/v2',
    spec: { services: [{ name: 'web', namespace: 'shop' }], resources: [] },
  },
  HTTPProxy: {
    apiVersion: 'projectcontour.io/v1',
    spec: { virtualhost: { fqdn: 'a.example' }, routes: [{ services: [to] }] },
  },
}

const rule = 'set trafficPolicy.loadBalancer.consistentHash in a DestinationRule for the Service instead'
const words: Readonly<Record<string, string>> = {
  Ingress: 'set affinity in front instead: nginx.ingress.kubernetes.io/affinity: cookie',
  VirtualServer: 'set sessionCookie at the upstream of the VirtualServer instead',
  VirtualServerRoute: 'set sessionCookie at the upstream of the VirtualServerRoute instead',
  HTTPRoute: 'set affinity for the HTTPRoute instead, as its controller has it',
  GRPCRoute: 'set affinity for the GRPCRoute instead, as its controller has it',
  Mapping: 'set load_balancer in the Mapping instead',
  ApisixRoute: 'set loadbalancer in an ApisixUpstream for the Service instead',
  RouteGroup: 'set algorithm: consistentHash at the backend of the RouteGroup instead',
  VirtualService: rule,
  DestinationRule: rule,
  IngressRoute: 'set sticky.cookie at the service of the IngressRoute instead',
  IngressRouteTCP:
    'use an IngressRoute with sticky.cookie where clients speak HTTP: connections have no cookies',
  CiliumEnvoyConfig:
    'write a hash policy at the route, and RING_HASH at the cluster, of the CiliumEnvoyConfig instead',
  HTTPProxy: 'set loadBalancerPolicy.strategy: Cookie at the route of the HTTPProxy instead',
}

const bypassing = new Set([
  'AFF-ING-BYPASSES-SERVICE',
  'AFF-ROUTE-BYPASSES-SERVICE',
  'AFF-MESH-BYPASSES-SERVICE',
])

describe('a Service with affinity that something passes by', () => {
  it('is looked at behind every kind but a balancer, which routes name', () => {
    expect(Object.keys(fronts).toSorted()).toEqual(
      kinds.filter((kind) => kind !== 'TraefikService').toSorted(),
    )
  })

  it.each(Object.keys(fronts))('behind %s gets it in the words of that kind', (kind) => {
    const front: LooseObject = { kind, metadata: { name: 'front', namespace: 'shop' }, ...fronts[kind]! }
    const { findings } = analyse(
      snapshot({ service: service({ sessionAffinity: 'ClientIP' }), fronts: [...gatewayOf('eg'), front] }),
      target,
    )
    const told = findings.filter(({ code }) => bypassing.has(code))
    expect(told.map(({ mend }) => mend)).toEqual([[words[kind]]])
  })
})
