import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ruleOf } from '../../../../src/sandbox/gateways/traefik/rule.ts'
import type { AskedRequest } from '../../../../src/sandbox/gateways/kit/proxy.ts'
import { classOf, clusterWith, ingressObject, put, sentBack, spreadOf, visit } from './support.ts'

const prefix = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
const webWith = (annotations: Record<string, string>): object => ({ metadata: { name: 'web', annotations } })
const valueOf = (to = ''): string => createHash('sha256').update(`http://${to}`).digest('hex').slice(0, 16)

describe('the Traefik of the sandbox', () => {
  test('reads what is sticky from the Service of an Ingress', () => {
    const store = clusterWith('traefik', webWith({ [prefix]: 'true', [`${prefix}.name`]: 'route' }))
    classOf(store, 'traefik', 'traefik.io/ingress-controller')
    put(store, 'ingresses', ingressObject('shop', {}, { '/': 'web' }, 'traefik'))
    const go = visit(store, 'traefik')
    const first = go()
    expect(first.cookies).toEqual([`route=${valueOf(first.to)}; Path=/`])
    expect(go({ cookie: sentBack(first) })).toMatchObject({ to: first.to, cookies: [] })
    expect(go({ cookie: 'route=forged' }).cookies).toHaveLength(1)
    expect(spreadOf(() => go())).toBe(3)
  })

  test('its provider for ingress-nginx has a path, a name and a mode of its own', () => {
    const store = clusterWith('traefik', 'web')
    classOf(store, 'nginx-traefik', 'traefik.io/ingress-nginx')
    const annotations = { 'nginx.ingress.kubernetes.io/affinity': 'cookie' }
    put(store, 'ingresses', ingressObject('shop', annotations, { '/deep': 'web' }, 'nginx-traefik'))
    const first = visit(store, 'traefik')({ path: '/deep/x' })
    expect(first.cookies).toEqual([`INGRESSCOOKIE=${valueOf(first.to)}; Path=/; HttpOnly`])
  })

  test('a route of its own kind, with one service and with two', () => {
    const store = clusterWith('traefik', 'web', 'other')
    const sticky = { cookie: { name: 'route', httpOnly: true, maxAge: 60 } }
    const web = { name: 'web', port: 80, sticky }
    const match = 'Host(`shop.test`) && PathPrefix(`/one`)'
    put(store, 'ingressroutes', {
      metadata: { name: 'shop' },
      spec: {
        routes: [
          { match, services: [web] },
          { match: 'Host(`shop.test`)', services: [web, { name: 'other', port: 80 }] },
        ],
      },
    })
    const go = visit(store, 'traefik')
    const first = go({ path: '/one' })
    expect(first.cookies).toEqual([`route=${valueOf(first.to)}; Path=/; Max-Age=60; HttpOnly`])
    const cookie = sentBack(first)
    expect(spreadOf(() => go({ path: '/one', cookie }))).toBe(1)
    // The first level is drawn for each request.
    expect(spreadOf(() => go({ cookie }))).toBeGreaterThan(1)
    expect(go({ host: 'other.test' })).toMatchObject({ status: 404 })
  })

  test('what has TLS, or names an entry point, is served there alone', () => {
    const store = clusterWith('traefik', 'web')
    const services = [{ name: 'web', port: 80 }]
    const route = (name: string, more: object): void =>
      put(store, 'ingressroutes', {
        metadata: { name },
        spec: { ...more, routes: [{ match: `Host(\`${name}.test\`)`, services }] },
      })
    route('any', {})
    route('tls', { tls: {} })
    route('web', { entryPoints: ['web'] })
    const go = visit(store, 'traefik')
    const served = (host: string): boolean[] =>
      [false, true].map((isSecure) => go({ host, isSecure }).to !== undefined)
    expect(served('any.test')).toEqual([true, true])
    expect(served('tls.test')).toEqual([false, true])
    expect(served('web.test')).toEqual([true, false])
  })
})

describe('rules of Traefik', () => {
  const asked = (host: string, path: string): AskedRequest => ({
    method: 'GET',
    host,
    path,
    query: new URLSearchParams(),
    headers: {},
    isSecure: false,
    client: '',
    connection: '',
  })

  test('are read with their operators', () => {
    const matches = ruleOf('(Host(`a`) || Host(`b`)) && !PathPrefix(`/x`)')
    expect(matches(asked('a', '/'))).toBe(true)
    expect(matches(asked('b', '/x/y'))).toBe(false)
    expect(matches(asked('c', '/'))).toBe(false)
  })

  test('that cannot be read are told', () => {
    for (const rule of ['Host(`a`', 'Nobody(`a`)', 'Host(`a`) Path(`/`)', ''])
      expect(() => ruleOf(rule), rule).toThrow(/error while parsing rule/)
  })
})
