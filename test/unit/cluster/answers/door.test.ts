import { describe, expect, test } from 'vitest'
import { readAnswer, readEvent } from '../../../../src/cluster/answers/door.ts'
import { isForbidden, ApiError } from '../../../../src/cluster/answers/errors.ts'
import { statusOf } from '../../../../src/cluster/answers/status.ts'

const server = 'https://10.0.0.1'
const ask =
  (path: string, answer: unknown, method = 'GET') =>
  () =>
    readAnswer(JSON.stringify(answer), { method, path, server })

const web = '/api/v1/namespaces/shop/services/web'
const services = '/api/v1/namespaces/shop/services'
const slices = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'
/** Of the right kind at the path of a pod. */
const named = { apiVersion: 'v1', kind: 'Pod' }
const pod = '/api/v1/namespaces/shop/pods/web-1'
const route = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/web'
const words = `error: ${server} does not answer as a Kubernetes API server does`
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports: [{ port: 80 }] },
}

describe('an answer that is no API server’s', () => {
  test.each<[string, unknown]>([
    [web, null],
    [web, []],
    [web, 'ok'],
    [web, 7],
    [web, {}],
    [web, { ...service, kind: 'Pod' }],
    [web, { ...service, apiVersion: undefined }],
    [web, { ...service, spec: undefined }],
    [web, { ...service, spec: null }],
    [web, { ...service, spec: [] }],
    [web, { ...service, spec: { ports: 'http' } }],
    [web, { ...service, spec: { ports: [null] } }],
    [web, { ...service, metadata: null }],
    [web, { ...service, metadata: { name: 7 } }],
    [web, { ...service, metadata: { name: 'web', labels: [null] } }],
    [services, { kind: 'ServiceList', items: 'none' }],
    [services, { kind: 'ServiceList', items: [null] }],
    [services, { kind: 'ServiceList', items: [{}] }],
    [services, { kind: 'ServiceList', metadata: 7, items: [] }],
    [services, service],
    [slices, { items: [{ metadata: { name: 'web-1' }, endpoints: [{}] }] }],
    [slices, { items: [{ metadata: { name: 'web-1' }, endpoints: [null] }] }],
    [slices, { items: [{ metadata: { name: 'web-1' }, endpoints: {}, ports: [] }] }],
    [slices, { items: [{ metadata: { name: 'web-1' }, endpoints: [{ addresses: [7] }] }] }],
    [slices, { items: [{ metadata: { name: 'web-1' }, ports: [{ name: {} }] }] }],
    [pod, { ...named, metadata: { name: 'web-1' }, spec: 'none' }],
    [pod, { ...named, metadata: { name: 'web-1' }, spec: { containers: [{ name: 7 }] } }],
    [pod, { ...named, metadata: { name: 'web-1', managedFields: 'none' } }],
    [pod, { ...named, metadata: { name: 'web-1', creationTimestamp: 7 } }],
    [route, { ...named, metadata: null, spec: {} }],
    [route, { ...named, metadata: { name: 'web', namespace: [] } }],
    [route, { metadata: {}, items: [] }],
    ['/apis', null],
    ['/apis', { kind: 'PodList', items: [null, 3, {}] }],
    ['/apis', { items: [{ metadata: { name: 'apps' }, versions: [{}] }] }],
    ['/apis', { items: [{ metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [null] }] }] }],
    ['/apis', { groups: [{ name: 'apps', versions: 'v1' }] }],
    ['/apis', { groups: [{ versions: [] }] }],
    ['/version', []],
    ['/version', { gitVersion: 7 }],
  ])('%s %j', (path, answer) => {
    expect(ask(path, answer)).toThrow(words)
  })

  test.each(['null', '[]', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":{}}', '7'])(
    'an event: %s',
    (line) => {
      expect(() => readEvent(line, services, server)).toThrow(words)
    },
  )
})

test('what is null is absent, as it is to Kubernetes', () => {
  const answer = {
    ...named,
    metadata: { name: 'web-1', labels: null },
    spec: { containers: null },
    status: null,
  }
  expect(ask(pod, answer)()).toEqual({ ...named, metadata: { name: 'web-1' }, spec: {} })
})

describe('an answer that is one', () => {
  test.each<[string, unknown, string?]>([
    [web, service],
    [services, { kind: 'ServiceList', metadata: {}, items: [{ ...service, kind: undefined }] }],
    [services, { kind: 'ServiceList', metadata: {}, items: null }],
    [slices, { items: [{ metadata: { name: 'web-1' } }] }],
    [web, { kind: 'Status', status: 'Success' }, 'DELETE'],
    ['/version', { major: '1' }],
    [
      '/apis',
      { groups: [{ name: 'apps', preferredVersion: { version: 'v1' }, versions: [{ version: 'v1' }] }] },
    ],
    ['/apis', { items: [{ metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [] }] }] }],
  ])('%s %j', (path, answer, method) => {
    expect(ask(path, answer, method)()).toEqual(JSON.parse(JSON.stringify(answer)))
  })
})

test('a page of a proxy that forbids is shown in its words, and asks for no Role', () => {
  const page =
    '<html><style>p{}</style><h1>Blocked</h1> <p>by the   company’s filter &amp; &lt;ours&gt; &#8212; &#x41;&nbsp;</p></html>'
  const error = new ApiError(statusOf(403, 'Forbidden', page), { verb: 'GET', path: web })
  expect(error.message).toBe('Error from server: 403 Forbidden: Blocked by the company’s filter & <ours> — A')
  expect(isForbidden(error)).toBe(false)
})

test.each(['null', '[]', '"no"', '{"kind":"Status","message":7}', '{"kind":"Status","details":7}'])(
  'a failure whose body is %s gets words',
  (body) => {
    expect(statusOf(404, 'Not Found', body).message).toMatch(
      /^the server could not find the requested resource/,
    )
  },
)
