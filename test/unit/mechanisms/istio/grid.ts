import type { KubernetesObject } from '../../../../src/model/cluster/kubernetes.ts'
import type { Snapshot } from '../../../../src/model/cluster/snapshot.ts'
import type { GridRow, GridRows } from '../../analysis/rows.ts'
import { service, snapshot } from '../../analysis/build.ts'
import { cookie, gateway, hashing, header, route, rule, to } from './objects.ts'

const inFront =
  (...fronts: KubernetesObject[]) =>
  (): Snapshot =>
    snapshot({ fronts })

const labelled =
  (labels: Record<string, string>, ...fronts: KubernetesObject[]) =>
  (): Snapshot =>
    snapshot({ service: service({}, { labels }), fronts })

const ofCookie = (own: object): GridRow['fires'] =>
  inFront(rule({ trafficPolicy: hashing({ httpCookie: own }) }))

const inMesh = (host: string, place: object = {}, more: object = {}): KubernetesObject =>
  route({ ...to({}), hosts: [host], gateways: ['mesh'], ...more }, place)

const edge = [gateway(), route(to({}))] as const
const tls = {
  tls: [{ match: [{ port: 443, sniHosts: ['shop.example'] }], route: [{ destination: { host: 'web' } }] }],
}
const https = {
  port: { number: 443, name: 'https', protocol: 'HTTPS' },
  tls: { mode: 'SIMPLE', credentialName: 'shop' },
}
const twice = (...routes: object[]) => ({
  http: routes.map((one) => ({ ...one, route: [{ destination: { host: 'web' } }] })),
})
const hashed = [{ name: 'v1', labels: { v: '1' }, trafficPolicy: header }]
const both = [
  { name: 'v1', labels: { v: '1' } },
  { name: 'v2', labels: { v: '2' } },
]
const healthy = inFront(rule({ trafficPolicy: cookie }), ...edge)
const ofPort = (settings: object, more: object = {}) =>
  rule({ trafficPolicy: { ...more, portLevelSettings: [{ port: { number: 80 }, ...settings }] } })

export const istioGrid: GridRows = {
  'AFF-ISTIO-HASH-REFUSED': {
    fires: inFront(rule({ trafficPolicy: hashing({ httpHeaderName: 'x-user', maglev: {} }) })),
    silent: inFront(
      rule({ trafficPolicy: hashing({ httpHeaderName: 'x-user', maglev: { tableSize: 65_537 } }) }),
    ),
  },
  'AFF-ISTIO-NO-SUBSET': {
    fires: inFront(rule({ trafficPolicy: cookie }), gateway(), route(to({ subset: 'v1' }))),
    silent: inFront(rule({ trafficPolicy: cookie, subsets: both }), gateway(), route(to({ subset: 'v1' }))),
  },
  'AFF-ISTIO-HOST': {
    fires: inFront(rule({ host: 'web.shop', trafficPolicy: cookie })),
    silent: inFront(rule({ host: 'web.shop.svc.cluster.local', trafficPolicy: cookie })),
  },
  'AFF-ISTIO-NO-GATEWAY': { fires: inFront(route(to({}))), silent: healthy },
  'AFF-ISTIO-SAME-HOST': {
    fires: inFront(inMesh('web'), inMesh('web.shop.svc.cluster.local', { name: 'other' })),
    // At gateways the routes of both are put together; a private one of another namespace is for others.
    silent: inFront(
      inMesh('web'),
      inMesh('web.shop.svc.cluster.local', { name: 'far', namespace: 'far' }, { exportTo: ['.'] }),
      gateway(),
      route(to({}), { name: 'edge-a' }),
      route(to({}), { name: 'edge-b' }),
    ),
  },
  'AFF-ISTIO-HOST-NOT-TAKEN': {
    fires: inFront(gateway({ hosts: ['other/*'] }), route({ ...to({}), gateways: ['edge', 'mesh'] })),
    silent: inFront(gateway({ hosts: ['shop/*.example'] }), route(to({}))),
  },
  'AFF-ISTIO-UNREACHABLE': {
    fires: inFront(gateway(), route(twice({}, {}))),
    silent: inFront(gateway(), route(twice({ match: [{ uri: { prefix: '/a' } }] }, {}))),
  },
  'AFF-ISTIO-HOST-TAKEN': {
    fires: inFront(
      gateway(https, { made: '2026-02-01T00:00:00Z' }),
      gateway(https, { name: 'other', made: '2026-01-01T00:00:00Z' }),
      route(to({})),
    ),
    // Without TLS the servers of both are put together.
    silent: inFront(gateway(), gateway({}, { name: 'other' }), route(to({}))),
  },
  'AFF-ISTIO-MESH-ONLY': {
    fires: inFront(
      rule({ subsets: hashed }),
      gateway(),
      route(to({}), { name: 'edge' }),
      inMesh('web', {}, to({ subset: 'v1' })),
    ),
    silent: inFront(
      rule({ subsets: hashed }),
      gateway(),
      route(to({ subset: 'v1' }), { name: 'edge' }),
      inMesh('web', {}, to({ subset: 'v1' })),
    ),
  },
  'AFF-ISTIO-RULE-HIDDEN': {
    fires: inFront(
      rule({ trafficPolicy: cookie }),
      rule(
        { host: 'web.shop.svc.cluster.local', trafficPolicy: {} },
        { namespace: 'istio-ingress', name: 'plain' },
      ),
      ...edge,
    ),
    silent: healthy,
  },
  'AFF-ISTIO-WEIGHTED': {
    fires: inFront(
      rule({ trafficPolicy: cookie, subsets: both }),
      gateway(),
      route(to({ subset: 'v1', weight: 80 }, { subset: 'v2', weight: 20 })),
    ),
    silent: inFront(
      rule({ subsets: both }),
      gateway(),
      route(to({ subset: 'v1', weight: 80 }, { subset: 'v2', weight: 20 })),
    ),
  },
  'AFF-ISTIO-PORT-UNKNOWN': {
    fires: inFront(
      rule({ trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, ...header }] } }),
      ...edge,
    ),
    silent: inFront(ofPort(header), ...edge),
  },
  'AFF-ISTIO-PORT-DROPS': {
    fires: inFront(ofPort({ tls: { mode: 'ISTIO_MUTUAL' } }, header), ...edge),
    silent: inFront(ofPort({ tls: { mode: 'ISTIO_MUTUAL' }, ...header }, header), ...edge),
  },
  'AFF-ISTIO-PORT-NOT-NAMED': {
    fires: inFront(ofPort(header), ...edge),
    silent: inFront(ofPort(header), gateway(), route(to({ port: { number: 80 } }))),
  },
  'AFF-ISTIO-SUBSET-OVERRIDES': {
    fires: inFront(
      rule({
        trafficPolicy: cookie,
        subsets: [{ name: 'v1', trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN' } } }],
      }),
    ),
    silent: inFront(rule({ trafficPolicy: cookie, subsets: [{ name: 'v1', trafficPolicy: {} }] })),
  },
  'AFF-ISTIO-SUBSET-UNUSED': {
    fires: inFront(rule({ subsets: [{ name: 'v1', trafficPolicy: header }] }), ...edge),
    silent: inFront(
      rule({ subsets: [{ name: 'v1', trafficPolicy: header }] }),
      gateway(),
      route(to({ subset: 'v1' })),
    ),
  },
  'AFF-ISTIO-NOT-HTTP': {
    fires: inFront(
      rule({ trafficPolicy: cookie }),
      gateway({ port: { number: 443, protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } }),
      route(tls),
    ),
    silent: inFront(
      rule({ trafficPolicy: hashing({ useSourceIp: true }) }),
      gateway({ port: { number: 443, protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } }),
      route(tls),
    ),
  },
  'AFF-ISTIO-APPLICATION-COOKIE': {
    fires: ofCookie({ name: 'JSESSIONID', path: '/', ttl: '0s' }),
    silent: ofCookie({ name: 'JSESSIONID' }),
  },
  'AFF-ISTIO-COOKIE-NOT-MADE': {
    fires: ofCookie({ name: 'route', path: '/' }),
    silent: ofCookie({ name: 'route', path: '/', ttl: '0s' }),
  },
  'AFF-ISTIO-COOKIE-PATH': {
    fires: ofCookie({ name: 'route', ttl: '0s' }),
    silent: ofCookie({ name: 'route', path: '/', ttl: '0s' }),
  },
  'AFF-ISTIO-COOKIE-ENDS': {
    fires: ofCookie({ name: 'route', path: '/', ttl: '5m' }),
    silent: ofCookie({ name: 'route', path: '/', ttl: '0s' }),
  },
  'AFF-ISTIO-LOCALITY': {
    fires: inFront(rule({ trafficPolicy: { ...cookie, outlierDetection: {} } })),
    silent: inFront(rule({ trafficPolicy: cookie })),
  },
  'AFF-ISTIO-NO-WARMUP': {
    fires: inFront(
      rule({ trafficPolicy: { loadBalancer: { ...cookie.loadBalancer, warmupDurationSecs: '10s' } } }),
    ),
    silent: inFront(rule({ trafficPolicy: cookie })),
  },
  'AFF-ISTIO-SESSION-LABEL': {
    fires: labelled({ 'istio.io/persistent-session': 'route' }),
    silent: labelled({ 'istio.io/use-waypoint': 'none' }),
  },
  'AFF-ISTIO-WAYPOINT': {
    fires: labelled({ 'istio.io/use-waypoint': 'waypoint' }, rule({ trafficPolicy: cookie })),
    silent: labelled({ 'istio.io/use-waypoint': 'waypoint' }),
  },
}
