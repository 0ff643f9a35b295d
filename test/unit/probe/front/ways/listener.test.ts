import { describe, expect, test } from 'vitest'
import { listenerFor, listenersOf } from '../../../../../src/probe/front/ways/listener.ts'
import type { LooseObject } from '../../../../../src/model/cluster/object.ts'

const object = (spec: object, name = 'shop', namespace = 'web'): LooseObject => ({
  apiVersion: 'x/v1',
  kind: 'X',
  metadata: { name, namespace },
  spec,
})
const none = { holders: [], istio: [] }
const secret = { namespace: 'web', name: 'tls' }

describe('what listens', () => {
  test.each<[string, object]>([
    ['an Ingress', { tls: [{ hosts: ['shop.lab'], secretName: 'tls' }] }],
    ['an Ingress without hosts', { tls: [{ secretName: 'tls' }] }],
    ['an HTTPProxy', { virtualhost: { fqdn: 'shop.lab', tls: { secretName: 'web/tls' } } }],
    ['an IngressRoute', { routes: [], tls: { secretName: 'tls' } }],
    ['a VirtualServer', { host: 'shop.lab', tls: { secret: 'tls' } }],
  ])('is over TLS at %s that says so', (_, spec) => {
    const found = listenerFor(listenersOf(object(spec), none), 'shop.lab', undefined)
    expect(found).toMatchObject({ scheme: 'https', secret })
  })

  test('is not over TLS for other hosts', () => {
    const all = listenersOf(object({ tls: [{ hosts: ['*.secure.lab'], secretName: 'tls' }] }), none)
    expect(listenerFor(all, 'shop.lab', undefined)).toBeUndefined()
    expect(listenerFor(all, 'a.secure.lab', undefined)).toMatchObject({ scheme: 'https' })
  })

  const listeners = [
    { name: 'plain', port: 8080, protocol: 'HTTP' },
    { name: 'secure', port: 8443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'tls' }] } },
    { name: 'other', port: 9443, protocol: 'HTTPS', hostname: 'other.lab' },
  ]
  const gateway = {
    ...object({ listeners }, 'edge', 'web'),
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
  }
  const route = (more: object): LooseObject => object({ parentRefs: [{ name: 'edge', ...more }] })

  test('is the listener of a Gateway to which a route attaches', () => {
    const all = listenersOf(route({}), { holders: [gateway], istio: [] })
    expect(listenerFor(all, 'shop.lab', undefined)).toMatchObject({ scheme: 'https', port: 8443, secret })
    expect(listenerFor(all, 'shop.lab', 'http')).toMatchObject({ port: 8080 })
    const plain = listenersOf(route({ sectionName: 'plain' }), { holders: [gateway], istio: [] })
    expect(listenerFor(plain, 'shop.lab', undefined)).toMatchObject({ scheme: 'http', port: 8080 })
    const byPort = listenersOf(route({ port: 9443 }), { holders: [gateway], istio: [] })
    expect(listenerFor(byPort, 'shop.lab', undefined)).toBeUndefined()
    expect(listenerFor(byPort, 'other.lab', undefined)).toMatchObject({ port: 9443 })
  })

  test('is a server of a Gateway of Istio, whose certificate is beside its pods', () => {
    const servers = [
      { port: { number: 80, protocol: 'HTTP' }, hosts: ['*'], tls: { httpsRedirect: true } },
      { port: { number: 443, protocol: 'HTTPS' }, hosts: ['./shop.lab'], tls: { credentialName: 'tls' } },
      { port: { number: 31400, protocol: 'TCP' }, hosts: ['*'] },
    ]
    const all = listenersOf(object({}), { holders: [], istio: [object({ servers })] }, 'istio-system')
    expect(listenerFor(all, 'shop.lab', undefined)).toEqual({
      host: 'shop.lab',
      scheme: 'https',
      port: 443,
      secret: { namespace: 'istio-system', name: 'tls' },
    })
    expect(listenerFor(all, 'x.lab', undefined)).toMatchObject({ scheme: 'http', port: 80 })
  })
})
