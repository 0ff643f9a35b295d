import { describe, expect, it } from 'vitest'
import { Survey } from '../../../src/change/survey.ts'
import type { Cluster } from '../../../src/cluster/index.ts'
import { serviceOf } from './service.ts'

/** Whether the pods of a Service are asked for, on a cluster that serves these API groups. */
async function asksForPods(groups: string[]): Promise<boolean> {
  const asked: string[] = []
  const get = async (path: string): Promise<unknown> => {
    asked.push(path)
    await Promise.resolve()
    if (path === '/apis')
      return { groups: groups.map((name) => ({ name, preferredVersion: { version: 'v1' } })) }
    return { metadata: {}, items: [] }
  }
  const list = (path: string): AsyncIterable<unknown> => {
    asked.push(path)
    return ReadableStream.from([])
  }
  const survey = new Survey({ get, list } as unknown as Cluster, new AbortController().signal)
  const service = serviceOf({})
  service.spec.selector = { app: 'web' }
  await survey.snapshot({ namespace: 'shop', name: 'web' }, service).catch(() => undefined)
  return asked.some((path) => path.endsWith('/pods'))
}

describe('the pods of a Service', () => {
  it('are read where a mesh is installed, whose sidecars they may have', async () => {
    expect(await asksForPods(['apps', 'networking.istio.io'])).toBe(true)
    expect(await asksForPods(['policy.linkerd.io'])).toBe(true)
  })

  it('are not read where there is none', async () => {
    expect(await asksForPods(['apps', 'networking.k8s.io', 'notistio.io'])).toBe(false)
  })
})
