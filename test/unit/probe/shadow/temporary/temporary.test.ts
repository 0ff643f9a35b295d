import { describe, expect, test } from 'vitest'
import { ApiError, type Cluster } from '../../../../../src/cluster/index.ts'
import type { KubernetesObject } from '../../../../../src/model/cluster/kubernetes.ts'
import { withTemporary } from '../../../../../src/probe/shadow/temporary/temporary.ts'

const notFound = (path: string): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', code: 404, reason: 'NotFound' }, { verb: 'DELETE', path })

/** A cluster that only stores; `refuse` says which creation fails, and whether after it was carried out. */
function storage(refuse: { at: number; stored: boolean } = { at: -1, stored: false }) {
  const objects = new Map<string, KubernetesObject>()
  const orphans: string[] = []
  let creations = 0
  const cluster = {
    create: async (path: string, object: KubernetesObject) => {
      await Promise.resolve()
      const index = creations++
      const stored = { ...object, metadata: { ...object.metadata, uid: `uid-${index}` } }
      const isRefused = index === refuse.at
      if (!isRefused || refuse.stored) objects.set(`${path}/${object.metadata.name}`, stored)
      const uids = new Set([...objects.values()].map(({ metadata }) => metadata.uid))
      const owners = object.metadata.ownerReferences ?? []
      if (index > 0 && !owners.some(({ uid }) => uids.has(uid))) orphans.push(object.metadata.name)
      if (isRefused) throw new Error('the connection broke')
      return stored
    },
    delete: async (path: string) => {
      await Promise.resolve()
      if (!objects.delete(path)) throw notFound(path)
    },
    get: async () => {
      await Promise.resolve()
      return { items: [] }
    },
  } as unknown as Cluster
  return { cluster, objects, orphans }
}

const never = new AbortController().signal
const surroundings = { onStage: () => {}, onNote: () => {}, interrupted: never, abandoned: never }
const options = { namespace: 'shop', target: 'service/web', maxSeconds: 30 }
const services = '/api/v1/namespaces/shop/services'

const makeTwo = async (cluster: Cluster, end: () => void = () => {}): Promise<void> =>
  await withTemporary(cluster, options, surroundings, async ({ create, metadata }) => {
    for (const name of ['one', 'two'])
      await create(services, { apiVersion: 'v1', kind: 'Service', metadata: metadata(name) })
    end()
  })

describe('temporary objects', () => {
  test('have an owner from their first moment, which ends by itself', async () => {
    const { cluster, objects, orphans } = storage()
    await makeTwo(cluster, () => {
      const [job, ...rest] = [...objects.values()]
      expect(job).toMatchObject({
        kind: 'Job',
        spec: { completions: 0, parallelism: 0, ttlSecondsAfterFinished: 90 },
      })
      for (const { metadata } of rest)
        expect(metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: 'uid-0' }])
    })
    expect(orphans).toStrictEqual([])
    expect([...objects.keys()]).toStrictEqual([])
  })

  for (const at of [0, 1, 2]) {
    for (const stored of [false, true]) {
      test(`are gone when creation ${at} fails${stored ? ' after it was carried out' : ''}`, async () => {
        const { cluster, objects, orphans } = storage({ at, stored })
        await expect(makeTwo(cluster)).rejects.toThrow('the connection broke')
        expect(orphans).toStrictEqual([])
        expect([...objects.keys()]).toStrictEqual([])
      })
    }
  }

  test('are gone when the body fails', async () => {
    const { cluster, objects } = storage()
    const failing = makeTwo(cluster, () => {
      throw new Error('no answer')
    })
    await expect(failing).rejects.toThrow('no answer')
    expect([...objects.keys()]).toStrictEqual([])
  })
})
