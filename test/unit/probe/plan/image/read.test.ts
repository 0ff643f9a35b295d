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

const late = (): never => {
  throw new ConnectionError('timeout', 'did not answer in time')
}

test('nodes that could not be read in time are asked again, with more patience', async () => {
  const { cluster, asked } = clusterThat(late, () => ({ metadata: {}, items: [] }))
  expect(await readImages(cluster, undefined, never)).toStrictEqual({ kind: 'read', nodes: [], all: true })
  expect(asked).toStrictEqual([2000, 10_000])
})

test('in vain: why, once', async () => {
  const { cluster, asked } = clusterThat(late)
  expect(await readImages(cluster, 'node1', never)).toStrictEqual({
    kind: 'failed',
    why: 'did not answer in time',
  })
  expect(asked).toHaveLength(2)
})

test('who may not read them does not ask twice', async () => {
  const { cluster, asked } = clusterThat(() => {
    throw new ApiError(
      { kind: 'Status', apiVersion: 'v1', code: 403, reason: 'Forbidden' },
      { verb: 'GET', path: '/' },
    )
  })
  expect(await readImages(cluster, undefined, never)).toStrictEqual({ kind: 'forbidden' })
  expect(asked).toHaveLength(1)
})
