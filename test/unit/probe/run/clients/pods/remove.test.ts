import { expect, test, vi } from 'vitest'
import { ApiError, type Cluster } from '../../../../../../src/cluster/index.ts'
import { makeWhole } from '../../../../../../src/probe/run/clients/pods/make.ts'
import { removeRun } from '../../../../../../src/probe/run/clients/pods/remove.ts'

const options = {
  namespace: 'shop',
  job: 'affinity-probe-abc',
  runId: 'abc',
  ended: false,
  patienceMs: 60_000,
}

/** A cluster whose Job's controller makes its pod after `looks` lists of pods. */
function lateCluster(looks: number) {
  const deleted: string[] = []
  let lists = 0
  const cluster = {
    delete: async (path: string) => {
      await Promise.resolve()
      deleted.push(path)
    },
    get: async () => {
      await Promise.resolve()
      lists += 1
      const isThere = lists > looks && !deleted.some((path) => path.includes('/pods/'))
      return { items: isThere ? [{ metadata: { name: 'late' } }] : [] }
    },
  } as unknown as Cluster
  return { cluster, deleted, lists: () => lists }
}

test('a pod that is made after its Job was deleted is removed, too', async () => {
  const { cluster, deleted } = lateCluster(2)
  expect(await removeRun(cluster, { ...options, pods: 1 })).toBe(true)
  expect(deleted.map((path) => path.split('/').slice(-2))).toStrictEqual([
    ['jobs', 'affinity-probe-abc'],
    ['pods', 'late'],
  ])
})

test('where all pods were seen, or none are made, nothing is waited for', async () => {
  const all = lateCluster(0)
  expect(await removeRun(all.cluster, { ...options, pods: 1 })).toBe(true)
  expect(all.lists()).toBe(2)
  const gone = lateCluster(9)
  expect(await removeRun(gone.cluster, { ...options, pods: 1, seen: ['quick'] })).toBe(true)
  expect(gone.lists()).toBe(1)
  const none = lateCluster(9)
  expect(await removeRun(none.cluster, { ...options, pods: 0 })).toBe(true)
  expect(none.lists()).toBe(1)
})

test('an interrupt waits for the answer of what is being made, and then counts', async () => {
  const interrupted = new AbortController()
  const abandoned = new AbortController().signal
  const ends = { interrupted: interrupted.signal, abandoned }
  const made: string[] = []
  const making = makeWhole(ends, async (signal) => {
    interrupted.abort(new Error('Ctrl-C'))
    await Promise.resolve()
    signal.throwIfAborted()
    made.push('job')
  })
  await expect(making).rejects.toThrow('Ctrl-C')
  expect(made).toStrictEqual(['job'])
  const never = vi.fn<() => Promise<void>>()
  await expect(makeWhole(ends, never)).rejects.toThrow('Ctrl-C')
  expect(never).not.toHaveBeenCalled()
})

test('an answer that does not come is not waited for longer than some seconds', async () => {
  vi.useFakeTimers()
  try {
    const interrupted = new AbortController()
    const ends = { interrupted: interrupted.signal, abandoned: new AbortController().signal }
    const making = makeWhole(
      ends,
      async (signal) =>
        await new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () =>
            reject(
              new ApiError(
                { kind: 'Status', apiVersion: 'v1', message: 'aborted' },
                { verb: 'POST', path: '/' },
              ),
            ),
          )
        }),
    )
    const failed = expect(making).rejects.toThrow('aborted')
    interrupted.abort()
    await vi.advanceTimersByTimeAsync(5000)
    await failed
  } finally {
    vi.useRealTimers()
  }
})

test.each([
  ['its image is being pulled', { waiting: { reason: 'ContainerCreating' } }, true],
  ['it sends requests', { running: {} }, false],
])('a pod goes without its grace where %s: %o, %s', async (_, state, isForced) => {
  vi.useFakeTimers()
  try {
    const graces: unknown[] = []
    const pod = {
      metadata: { name: 'held' },
      spec: { nodeName: 'node1' },
      status: { containerStatuses: [{ state }] },
    }
    const cluster = {
      delete: async (path: string, { gracePeriodSeconds }: { gracePeriodSeconds?: number }) => {
        await Promise.resolve()
        if (path.includes('/pods/')) graces.push(gracePeriodSeconds)
      },
      // A kubelet that waits for a registry lets it go when it is told to at once.
      get: async () => await Promise.resolve({ items: graces.includes(0) ? [] : [pod] }),
    } as unknown as Cluster
    const removed = removeRun(cluster, { ...options, pods: 1 })
    await vi.advanceTimersByTimeAsync(isForced ? 5000 : 61_000)
    expect(await removed).toBe(isForced)
    expect(graces[0]).toBeUndefined()
    expect(graces.includes(0)).toBe(isForced)
  } finally {
    vi.useRealTimers()
  }
})
