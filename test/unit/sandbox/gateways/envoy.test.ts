import { describe, expect, test } from 'vitest'
import { istio as istioGateway } from '../../../../src/sandbox/gateways/istio/index.ts'
import type { ObjectStore } from '../../../../src/sandbox/objects/store.ts'
import { clusterWith, put, scale, sentBack, spreadOf, visit, type Visit } from './support.ts'

/** Through Istio's gateway, by a DestinationRule with this hash. */
function istio(consistentHash: object | undefined, more: object = {}): Visit {
  const store = clusterWith('istio', 'web')
  const labels = { istio: 'ingressgateway' }
  put(store, 'pods', { metadata: { name: 'gw-1', namespace: 'gw', labels }, spec: {} })
  put(store, 'gateways', {
    metadata: { name: 'shop' },
    spec: { selector: labels, servers: [{ port: { number: 80, protocol: 'HTTP' }, hosts: ['*'] }] },
  })
  put(store, 'virtualservices', {
    metadata: { name: 'shop' },
    spec: {
      hosts: ['shop.test'],
      gateways: ['shop'],
      http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
    },
  })
  if (consistentHash !== undefined)
    put(store, 'destinationrules', {
      metadata: { name: 'shop' },
      spec: { host: 'web', trafficPolicy: { loadBalancer: { consistentHash }, ...more } },
    })
  return visit(store, 'istio')
}

describe('the Istio of the sandbox', () => {
  test('makes a cookie of the connection, where it has a ttl', () => {
    const go = istio({ httpCookie: { name: 'user', path: '/', ttl: '60s' } })
    const first = go()
    expect(first.cookies[0]).toMatch(/^user="[0-9a-f]{16}"; Max-Age=60; Path=\/; HttpOnly$/)
    expect(go({ cookie: sentBack(first) })).toMatchObject({ to: first.to, cookies: [] })
    expect(spreadOf(() => go())).toBeGreaterThan(1)
    expect(spreadOf(() => go({ connection: 'the same' }))).toBe(1)
    const without = istio({ httpCookie: { name: 'user' } })
    expect(without().cookies).toEqual([])
    expect(spreadOf(() => without())).toBeGreaterThan(1)
    expect(spreadOf(() => without({ cookie: 'user=me' }))).toBe(1)
  })

  test('hashes addresses, headers and parameters', () => {
    const source = istio({ useSourceIp: true })
    expect(spreadOf(() => source())).toBe(1)
    const header = istio({ httpHeaderName: 'X-User' })
    expect(spreadOf(() => header({ headers: { 'x-user': 'me' } }))).toBe(1)
    expect(spreadOf(() => header())).toBeGreaterThan(1)
  })

  test('an entry for the port takes the place of the policy', () => {
    const go = istio({ useSourceIp: true }, { portLevelSettings: [{ port: { number: 80 }, tls: {} }] })
    expect(spreadOf(() => go())).toBeGreaterThan(1)
  })

  test('shows for a name the certificate of the Secret beside its pods, and none for others', () => {
    const store = clusterWith('istio')
    const labels = { istio: 'ingressgateway' }
    const pod = { namespace: 'gw', name: 'gw-1' }
    put(store, 'pods', { metadata: { ...pod, labels }, spec: {} })
    const secret = (name: string, namespace: string): void =>
      put(store, 'secrets', {
        metadata: { name, namespace },
        data: Object.fromEntries(
          ['tls.crt', 'tls.key'].map((part) => [part, Buffer.from(`${part} of ${name}`).toString('base64')]),
        ),
      })
    secret('exact', 'gw')
    secret('any', 'gw')
    // That of the Gateway's own namespace is not looked at.
    secret('elsewhere', 'shop')
    const server = (host: string, credentialName: string): object => ({
      port: { number: 443, protocol: 'HTTPS' },
      hosts: [host],
      tls: { mode: 'SIMPLE', credentialName },
    })
    const servers = [
      server('*.shop.test', 'any'),
      server('a.shop.test', 'exact'),
      server('other.test', 'elsewhere'),
    ]
    put(store, 'gateways', { metadata: { name: 'shop' }, spec: { selector: labels, servers } })
    const shown = istioGateway.certificate!(store, pod)
    expect(shown('A.shop.test')?.cert).toBe('tls.crt of exact')
    expect(shown('b.shop.test')?.cert).toBe('tls.crt of any')
    expect(['other.test', 'unknown.test', undefined].map((name) => shown(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

/** Through Envoy Gateway, by a rule of an HTTPRoute. */
function envoyGateway(rule: object, policy?: object): { go: Visit; store: ObjectStore } {
  const store = clusterWith('envoy-gateway', 'web')
  const labels = {
    'gateway.envoyproxy.io/owning-gateway-name': 'eg',
    'gateway.envoyproxy.io/owning-gateway-namespace': 'shop',
  }
  put(store, 'pods', { metadata: { name: 'gw-1', namespace: 'gw', labels }, spec: {} })
  const controllerName = 'gateway.envoyproxy.io/gatewayclass-controller'
  put(store, 'gatewayclasses', { metadata: { name: 'eg' }, spec: { controllerName } })
  put(store, 'gateways', {
    metadata: { name: 'eg' },
    spec: { gatewayClassName: 'eg', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  })
  put(store, 'httproutes', {
    metadata: { name: 'shop' },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: ['shop.test'],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }], ...rule }],
    },
  })
  if (policy !== undefined)
    put(store, 'backendtrafficpolicies', {
      metadata: { name: 'shop' },
      spec: { targetRefs: [{ kind: 'HTTPRoute', name: 'shop' }], ...policy },
    })
  return { go: visit(store, 'envoy-gateway'), store }
}

describe('the Envoy Gateway of the sandbox', () => {
  test('a session holds the pod, and another one when that is gone', () => {
    const { go, store } = envoyGateway({ sessionPersistence: { sessionName: 'route' } })
    const first = go()
    const [, value = ''] = /^route="([^"]+)"; Path=\/; HttpOnly$/.exec(first.cookies[0] ?? '') ?? []
    expect(Buffer.from(value, 'base64').toString()).toContain(first.to)
    expect(go({ cookie: sentBack(first) })).toMatchObject({ to: first.to, cookies: [] })
    scale(store, 'web', [8, 9])
    const moved = go({ cookie: sentBack(first) })
    expect(moved.cookies).toHaveLength(1)
    expect(go({ cookie: sentBack(moved) })).toMatchObject({ to: moved.to, cookies: [] })
  })

  test('its cookie has the path of the match, and lasts where it is permanent', () => {
    const { go } = envoyGateway({
      matches: [{ path: { type: 'PathPrefix', value: '/cart' } }],
      sessionPersistence: {
        sessionName: 'route',
        absoluteTimeout: '1h',
        cookieConfig: { lifetimeType: 'Permanent' },
      },
    })
    const first = go({ path: '/cart/x' })
    expect(first.cookies[0]).toMatch(/"; Max-Age=3600; Path=\/cart; HttpOnly$/)
    expect(go({ path: '/cart/y', cookie: sentBack(first) })).toMatchObject({ to: first.to, cookies: [] })
    expect(go({ path: '/' })).toMatchObject({ status: 404 })
  })

  test('a BackendTrafficPolicy hashes; its cookie has no path of its own', () => {
    const consistentHash = {
      type: 'Cookie',
      cookie: { name: 'user', ttl: '0s', attributes: { SameSite: 'Lax' } },
    }
    const { go } = envoyGateway({}, { loadBalancer: { type: 'ConsistentHash', consistentHash } })
    const first = go()
    expect(first.cookies[0]).toMatch(/^user="[0-9a-f]{16}"; SameSite=Lax; HttpOnly$/)
    expect(go({ cookie: sentBack(first) })).toMatchObject({ to: first.to, cookies: [] })
    const native = envoyGateway({}, { routingType: 'Service' })
    expect(native.go().to).toBe('10.1.0.0:80')
  })
})
