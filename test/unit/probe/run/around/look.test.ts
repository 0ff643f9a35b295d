import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import type { Service } from '../../../../../src/model/cluster/kubernetes.ts'
import { serviceChanges } from '../../../../../src/probe/run/around/service-history.ts'
import { lookAround, sharesOf } from '../../../../../src/probe/run/around/look.ts'

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

describe('a change that is taken back before the next look', () => {
  const versions = (['None', 'ClientIP', 'None'] as const).map((sessionAffinity, index): Service => {
    const { metadata, ...rest } = service({ sessionAffinity })
    return { ...rest, metadata: { ...metadata, resourceVersion: `${index + 1}` } }
  })
  const [first, , last] = versions

  /** What is told of it where watching is allowed, and where it is not. */
  async function told(mayWatch: boolean): Promise<string[]> {
    const heard = Promise.withResolvers<void>()
    const cluster = {
      get: (path: string) => {
        if (path.endsWith('/services/web')) return Promise.resolve(last)
        if (mayWatch) return Promise.resolve({ metadata: { resourceVersion: '1' }, items: [first] })
        heard.resolve()
        return Promise.reject(new Error('forbidden'))
      },
      async *lines() {
        for (const object of versions.slice(1)) {
          yield await Promise.resolve(Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object })}\n`))
        }
        heard.resolve()
      },
      stream: () => Promise.resolve(cluster.lines()),
    }
    const around = lookAround(
      cluster as unknown as Cluster,
      first!,
      [],
      Promise.resolve(undefined),
      new AbortController().signal,
    )
    await heard.promise
    return (await around(undefined)).serviceChanges
  }

  test('is heard of where Services may be watched', async () => {
    expect(await told(true)).toStrictEqual([
      'its affinity went from None to ClientIP 3h0m0s',
      'its affinity went from ClientIP 3h0m0s to None',
    ])
  })

  test('is not known elsewhere', async () => {
    expect(await told(false)).toStrictEqual([])
  })
})
