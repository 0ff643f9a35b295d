import { describe, expect, test } from 'vitest'
import type { Service } from '../../../../../src/model/cluster/kubernetes.ts'
import { serviceChanges } from '../../../../../src/probe/run/around/service-history.ts'
import { sharesOf } from '../../../../../src/probe/run/around/look.ts'

const service = (spec: Partial<Service['spec']> = {}, uid = '1'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', uid },
  spec: { clusterIP: '10.0.0.1', selector: { app: 'web', tier: 'a' }, ports: [{ port: 80 }], ...spec },
})

describe('what became of a Service', () => {
  test.each<[string, Service | undefined, string[]]>([
    ['nothing', service(), []],
    ['nothing that counts', service({ selector: { tier: 'a', app: 'web' } }), []],
    ['gone', undefined, ['it was deleted']],
    ['made anew', service({}, '2'), ['it was deleted and made anew']],
    [
      'switched on',
      service({ sessionAffinity: 'ClientIP' }),
      ['its affinity went from None to ClientIP 3h0m0s'],
    ],
    ['another address', service({ clusterIP: '10.0.0.2' }), ['its address went from 10.0.0.1 to 10.0.0.2']],
    ['others selected', service({ selector: { app: 'new' } }), ['its selector changed']],
    ['another port', service({ ports: [{ port: 81 }] }), ['its ports changed']],
  ])('%s', (_, after, words) => {
    expect(serviceChanges(service(), after, false)).toStrictEqual(words)
  })
})

test('only proxies that pick by a uniform number share out evenly', () => {
  const facts = { source: 'configmap', settings: {} }
  expect(sharesOf({ ...facts, kind: 'kube-proxy', mode: 'nftables' })).toBe('even')
  expect(sharesOf({ ...facts, kind: 'cilium' })).toBe('even')
  expect(sharesOf({ ...facts, kind: 'kube-proxy', mode: 'ipvs' })).toBe('unknown')
  expect(sharesOf({ ...facts, kind: 'kube-proxy', mode: 'iptables', nodes: { a: 'ipvs' } })).toBe('unknown')
  expect(sharesOf({ ...facts, kind: 'kube-proxy' })).toBe('unknown')
  expect(sharesOf({ ...facts, kind: 'antrea' })).toBe('unknown')
})
