/**
 * A process that answers as an API server does, from pages that are made before it listens: what is measured is the
 * client. Prints its port when it is ready.
 */
import { createServer } from 'node:http'
import {
  backendTrafficPolicy,
  classes,
  destinationRule,
  gateway,
  httpRoute,
  ingress,
  istioGateway,
  manyFronts,
  virtualService,
} from './fronts.ts'
import { type Size, service, slice } from './objects.ts'

const pageSize = 500
const size: Size = { services: Number(process.argv[2]), endpointsEach: Number(process.argv[3]) }

function pages(items: number, make: (index: number) => object, kind: string, apiVersion: string): string[] {
  return Array.from({ length: Math.ceil(items / pageSize) }, (_, page) => {
    const first = page * pageSize
    const last = Math.min(items, first + pageSize)
    const more = last < items ? { continue: String(page + 1), remainingItemCount: items - last } : {}
    const list = Array.from({ length: last - first }, (__, offset) => make(first + offset))
    return JSON.stringify({ kind, apiVersion, metadata: { resourceVersion: '300000', ...more }, items: list })
  })
}

const lists: Record<string, string[]> = {
  '/api/v1/services': pages(size.services, service, 'ServiceList', 'v1'),
  '/apis/discovery.k8s.io/v1/endpointslices': pages(
    size.services,
    (index) => slice(index, size.endpointsEach),
    'EndpointSliceList',
    'discovery.k8s.io/v1',
  ),
}
/** Where a list is asked for by fields, those that are reached from outside are. */
const doors = Array.from({ length: Math.ceil(size.services / 10) }, (_, number) => number * 10)
const selected: Record<string, string[]> = {
  'spec.type!=ClusterIP': pages(doors.length, (index) => service(doors[index] ?? 0), 'ServiceList', 'v1'),
}
const fronts = process.argv[4] === 'fronts' ? manyFronts : undefined

if (fronts !== undefined) {
  const add = (path: string, items: number, make: (index: number) => object, kind: string): void => {
    const [, , group = '', version = ''] = path.split('/')
    lists[path] = pages(items, make, `${kind}List`, `${group}/${version}`)
  }
  const from =
    (all: readonly object[]) =>
    (index: number): object =>
      all[index]!
  add('/apis/networking.k8s.io/v1/ingresses', fronts.ingresses, ingress, 'Ingress')
  add(
    '/apis/networking.k8s.io/v1/ingressclasses',
    classes.ingress.length,
    from(classes.ingress),
    'IngressClass',
  )
  add('/apis/gateway.networking.k8s.io/v1/httproutes', fronts.httpRoutes, httpRoute, 'HTTPRoute')
  add('/apis/gateway.networking.k8s.io/v1/gateways', 10, gateway, 'Gateway')
  add('/apis/gateway.networking.k8s.io/v1/gatewayclasses', 1, from(classes.gateway), 'GatewayClass')
  add(
    '/apis/networking.istio.io/v1/virtualservices',
    fronts.virtualServices,
    virtualService,
    'VirtualService',
  )
  add(
    '/apis/networking.istio.io/v1/destinationrules',
    fronts.virtualServices / 2,
    destinationRule,
    'DestinationRule',
  )
  add(
    '/apis/gateway.envoyproxy.io/v1alpha1/backendtrafficpolicies',
    fronts.httpRoutes / 4,
    backendTrafficPolicy,
    'BackendTrafficPolicy',
  )
  add('/apis/networking.istio.io/v1/gateways', 1, () => istioGateway, 'Gateway')
}

const served =
  fronts === undefined
    ? ['discovery.k8s.io']
    : [
        'discovery.k8s.io',
        'networking.k8s.io',
        'gateway.networking.k8s.io',
        'networking.istio.io',
        'gateway.envoyproxy.io',
      ]
const configuration = 'kind: KubeProxyConfiguration\nmode: nftables\n'
const objects: Record<string, unknown> = {
  '/version': { gitVersion: 'v1.36.3' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: served.map((name) => {
      const version = name.startsWith('gateway.envoy') ? 'v1alpha1' : 'v1'
      const one = { groupVersion: `${name}/${version}`, version }
      return { name, versions: [one], preferredVersion: one }
    }),
  },
  '/api/v1/namespaces/kube-system/configmaps/kube-proxy': {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-proxy', namespace: 'kube-system' },
    data: { 'config.conf': configuration },
  },
}

/** As kubectl asks for what there is. */
function resources(path: string): object | undefined {
  const found = Object.keys(lists).filter((list) => list.slice(0, list.lastIndexOf('/')) === path)
  if (found.length === 0) return undefined
  const one = (list: string): object => {
    const name = list.slice(list.lastIndexOf('/') + 1)
    const { kind = '' } = JSON.parse(lists[list]?.[0] ?? '{}') as { kind?: string }
    const isWide = name.endsWith('classes')
    return { name, kind: kind.replace(/List$/, ''), namespaced: !isWide, verbs: ['get', 'list'] }
  }
  const groupVersion = path.replace(/^\/apis?\//, '')
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: found.map(one) }
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://server')
  const list = selected[url.searchParams.get('fieldSelector') ?? ''] ?? lists[url.pathname]
  const page = list?.[Number(url.searchParams.get('continue') ?? 0)]
  response.setHeader('Content-Type', 'application/json')
  response.end(
    page ?? JSON.stringify(objects[url.pathname] ?? resources(url.pathname) ?? { metadata: {}, items: [] }),
  )
})

// A busy machine is no reason to close a connection that is about to be used.
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
