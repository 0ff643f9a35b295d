import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { streamOf } from '../../../../src/model/common/stream.ts'

describe('streamOf', () => {
  test('tells in order what was told, also what came while the reader was busy', async () => {
    const seen: number[] = []
    const stream = streamOf<number>(async (tell) => {
      for (const item of [1, 2, 3]) {
        tell(item)
        tell(item * 10)
        await Promise.resolve()
      }
    })
    for await (const item of stream) {
      seen.push(item)
      await Promise.resolve()
    }
    expect(seen).toStrictEqual([1, 10, 2, 20, 3, 30])
  })

  test('rejects with what the work rejects with, after all that it told', async () => {
    const seen: string[] = []
    const run = async (): Promise<void> => {
      const stream = streamOf<string>(async (tell) => {
        tell('before')
        await Promise.resolve()
        throw new Error('broken')
      })
      for await (const item of stream) seen.push(item)
    }
    await expect(run()).rejects.toThrow('broken')
    expect(seen).toStrictEqual(['before'])
  })

  test('ends the work when its reader leaves, and waits for it', async () => {
    let isDone = false
    const stream = streamOf<number>(async (tell, left) => {
      tell(1)
      await once(left, 'abort')
      await Promise.resolve()
      isDone = true
      throw new Error('of no interest')
    })
    for await (const _ of stream) break
    expect(isDone).toBe(true)
  })
})
