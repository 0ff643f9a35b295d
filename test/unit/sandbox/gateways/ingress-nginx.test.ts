import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ObjectStore } from '../../../../src/sandbox/objects/store.ts'
import { classOf, clusterWith, ingressObject, put, scale, sentBack, spreadOf, visit } from './support.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

function cluster(annotations: Record<string, string>, paths?: Record<string, string>): ObjectStore {
  const store = clusterWith('ingress-nginx', 'web', 'other')
  classOf(store, 'nginx', 'k8s.io/ingress-nginx')
  put(store, 'ingresses', ingressObject('shop', annotate(annotations), paths))
  return store
}

const annotate = (settings: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
  )

describe('the ingress-nginx of the sandbox', () => {
  test('spreads, and knows no other host and no Ingress of another class', () => {
    const store = cluster({})
    put(store, 'ingresses', ingressObject('foreign', {}, { '/foreign': 'other' }, 'traefik'))
    const go = visit(store, 'ingress-nginx')
    expect(spreadOf(() => go())).toBe(3)
    expect(go({ host: 'other.test' })).toMatchObject({ status: 404 })
    expect(go({ path: '/foreign' }).to).toMatch(/^10\.0\.0\./)
  })

  test('balanced: a hash of anything, given out once', () => {
    const go = visit(cluster({ affinity: 'cookie', 'session-cookie-name': 'route' }), 'ingress-nginx')
    const first = go()
    expect(first.cookies[0]).toMatch(/^route=\d+\.\d+\.\d+\.\d+\|[0-9a-f]{32}; Path=\/; HttpOnly$/)
    for (let n = 0; n < 12; n += 1)
      expect(go({ cookie: sentBack(first) })).toMatchObject({ to: first.to, cookies: [] })
    expect(spreadOf(() => go())).toBeGreaterThan(1)
    const forged = go({ cookie: 'route=forged' })
    expect(forged.cookies).toEqual([])
    expect(go({ cookie: 'route=forged' }).to).toBe(forged.to)
  })

  test('persistent: the cookie holds the pod, and is given out anew when that is gone', () => {
    const settings = { affinity: 'cookie', 'affinity-mode': 'persistent', 'session-cookie-name': 'route' }
    const store = cluster(settings)
    const go = visit(store, 'ingress-nginx')
    const first = go()
    const upstream = 'shop-web-80'
    expect(sentBack(first)).toBe(`route=${md5(upstream + (first.to ?? ''))}|${md5(md5(upstream) + upstream)}`)
    scale(store, 'web', [7, 8])
    const moved = go({ cookie: sentBack(first) })
    expect(moved.cookies).toHaveLength(1)
    expect(go({ cookie: sentBack(moved) })).toMatchObject({ to: moved.to, cookies: [] })
  })

  test('the path of the cookie is that of the location, expressions included, unless it is given', () => {
    const settings = { affinity: 'cookie', 'use-regex': 'true', 'rewrite-target': '/$1' }
    const go = visit(cluster(settings, { '/(app1/.*)': 'web' }), 'ingress-nginx')
    const seen = go({ path: '/APP1/x' })
    expect(seen.cookies[0]).toContain('; Path=/(app1/.*); ')
    expect(seen.path).toBe('/APP1/x')
    const given = visit(
      cluster({ ...settings, 'session-cookie-path': '/' }, { '/(app1/.*)': 'web' }),
      'ingress-nginx',
    )
    expect(given({ path: '/app1/x' }).cookies[0]).toContain('; Path=/; ')
  })

  test('the cookie is honoured on paths that give none out', () => {
    const store = cluster({})
    put(store, 'ingresses', ingressObject('sticky', annotate({ affinity: 'cookie' }), { '/sticky': 'web' }))
    const go = visit(store, 'ingress-nginx')
    expect(go().cookies).toEqual([])
    const first = go({ path: '/sticky' })
    expect(go({ path: '/', cookie: sentBack(first) }).to).toBe(first.to)
  })

  test('service-upstream knows one address', () => {
    const go = visit(cluster({ affinity: 'cookie', 'service-upstream': 'true' }), 'ingress-nginx')
    expect(go().to).toBe('10.1.0.0:80')
  })

  test('a cookie comes before a hash, and a hash of what is missing leads to one pod', () => {
    const hashed = visit(cluster({ 'upstream-hash-by': '$http_x_user' }), 'ingress-nginx')
    expect(spreadOf(() => hashed())).toBe(1)
    let user = 0
    expect(spreadOf(() => hashed({ headers: { 'x-user': `user-${user++}` } }))).toBeGreaterThan(1)
    const both = visit(cluster({ 'upstream-hash-by': '$remote_addr', affinity: 'cookie' }), 'ingress-nginx')
    expect(spreadOf(() => both())).toBeGreaterThan(1)
  })

  test('who fails keeps the pod, unless it may change', () => {
    const settings = { affinity: 'cookie', 'affinity-mode': 'persistent' }
    const stays = visit(cluster(settings), 'ingress-nginx')
    const first = stays()
    const [address = '', port] = (first.to ?? '').split(':')
    const failed = [{ address, port: Number(port) }]
    expect(stays({ cookie: sentBack(first), failed }).to).toBe(first.to)
    const changes = visit(
      cluster({ ...settings, 'session-cookie-change-on-failure': 'true' }),
      'ingress-nginx',
    )
    const changed = changes({ cookie: sentBack(first), failed })
    expect(changed.to).not.toBe(first.to)
    expect(changed.cookies).toHaveLength(1)
  })

  test('a canary has the affinity of its main Ingress: the lot is drawn once', () => {
    const store = cluster({ affinity: 'cookie' })
    const canary = { canary: 'true', 'canary-weight': '50' }
    put(store, 'ingresses', ingressObject('canary', annotate(canary), { '/': 'other' }))
    const go = visit(store, 'ingress-nginx')
    const users = Array.from({ length: 40 }, () => go())
    expect(new Set(users.map(({ to }) => to?.startsWith('10.0.1.')))).toEqual(new Set([true, false]))
    for (const user of users) expect(go({ cookie: sentBack(user) }).to).toBe(user.to)
  })
})
