import { expect, test } from 'vitest'
import { ApiError, type Cluster, ConnectionError } from '../../../../../src/cluster/index.ts'
import { readImages } from '../../../../../src/probe/plan/image/read.ts'

const never = new AbortController().signal

/** A cluster that answers in turn, the last answer again and again; `asked` are the patiences in milliseconds. */
function clusterThat(...answers: (() => unknown)[]) {
  const asked: (number | undefined)[] = []
  const get = async (_: string, { timeoutMs }: { timeoutMs?: number }): Promise<unknown> => {
    await Promise.resolve()
    asked.push(timeoutMs)
    return answers[Math.min(asked.length, answers.length) - 1]?.()
  }
  return { cluster: { get } as unknown as Cluster, asked }
}

/** Reads, and notes the pauses in the place of making them. */
async function readFrom(cluster: Cluster, node?: string) {
  const paused: number[] = []
  const read = await readImages(cluster, node, never, async (ms) => await Promise.resolve(paused.push(ms)))
  return { read, paused }
}

const failing = (code: number) => (): never => {
  throw new ApiError({ kind: 'Status', apiVersion: 'v1', code, reason: 'X' }, { verb: 'GET', path: '/' })
}

const late = (): never => {
  throw new ConnectionError('timeout', 'did not answer in time')
}

test('nodes that could not be read in time are asked again, with more patience', async () => {
  const { cluster, asked } = clusterThat(late, () => ({ metadata: {}, items: [] }))
  const { read } = await readFrom(cluster)
  expect(read).toStrictEqual({ kind: 'read', nodes: [], all: true })
  expect(asked).toStrictEqual([2000, 4000])
})

test('in vain: why, once', async () => {
  const { cluster, asked } = clusterThat(late)
  const { read } = await readFrom(cluster, 'node1')
  expect(read).toStrictEqual({ kind: 'failed', why: 'did not answer in time' })
  expect(asked).toStrictEqual([2000, 4000, 10_000])
})

test('an API server that is not up yet is asked again after a pause, each longer than the one before', async () => {
  const { cluster, asked } = clusterThat(failing(503), failing(503), () => ({ metadata: {}, items: [] }))
  const { read, paused } = await readFrom(cluster)
  expect(read.kind).toBe('read')
  expect(asked).toHaveLength(3)
  expect(paused).toStrictEqual([1000, 4000])
})

test.each([
  [403, 'forbidden'],
  [404, 'failed'],
])('what stays as it is is asked once: %i', async (code, kind) => {
  const { cluster, asked } = clusterThat(failing(code))
  expect((await readFrom(cluster, 'node1')).read.kind).toBe(kind)
  expect(asked).toHaveLength(1)
})

test('an interrupt ends the pause, too', async () => {
  const interrupt = new AbortController()
  const { cluster } = clusterThat(() => {
    setTimeout(() => interrupt.abort(new Error('interrupted')))
    return failing(503)()
  })
  await expect(readImages(cluster, undefined, interrupt.signal)).rejects.toThrow('interrupted')
})
