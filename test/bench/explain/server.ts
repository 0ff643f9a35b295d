/**
 * A process that answers as an API server does, from pages that are made before it listens: what is measured is the
 * client. Prints its port when it is ready.
 */
import { createServer } from 'node:http'
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
const configuration = 'kind: KubeProxyConfiguration\nmode: nftables\n'
const objects: Record<string, unknown> = {
  '/version': { gitVersion: 'v1.36.3' },
  '/apis': { groups: [] },
  '/api/v1/namespaces/kube-system/configmaps/kube-proxy': {
    metadata: { name: 'kube-proxy', namespace: 'kube-system' },
    data: { 'config.conf': configuration },
  },
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://server')
  const page = lists[url.pathname]?.[Number(url.searchParams.get('continue') ?? 0)]
  response.setHeader('Content-Type', 'application/json')
  response.end(page ?? JSON.stringify(objects[url.pathname] ?? { metadata: {}, items: [] }))
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
