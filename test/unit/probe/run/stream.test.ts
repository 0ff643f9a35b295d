import { describe, expect, test } from 'vitest'
import { takeEach } from '../../../../src/probe/run/stream.ts'

interface Event {
  kind: 'said' | 'note'
  text: string
}

const said = (text: string): Event => ({ kind: 'said', text })
const note = (text: string): Event => ({ kind: 'note', text })

async function* hand(events: readonly Event[], fails?: Error): AsyncGenerator<Event> {
  yield* events
  if (fails !== undefined) throw fails
}

async function* double({ text }: Event): AsyncGenerator<string> {
  if (text === 'bad') throw new Error('cannot take it')
  yield text
  yield text
}

/** What is told, and how it ends. */
async function told(steps: AsyncIterable<unknown>): Promise<{ steps: unknown[]; error?: unknown }> {
  const seen: unknown[] = []
  try {
    for await (const step of steps) seen.push(step)
    return { steps: seen }
  } catch (error) {
    return { steps: seen, error }
  }
}

describe('takeEach', () => {
  test('tells what is made of each event, and notes as they are', async () => {
    const events = [said('a'), note('n'), said('b')]
    const { steps, error } = await told(takeEach(() => hand(events), double))
    expect(error).toBeUndefined()
    expect(steps).toStrictEqual(['a', 'a', note('n'), 'b', 'b'])
  })

  test('stops the run where an event cannot be taken, tells only notes of its end, and rejects after it', async () => {
    let signal: AbortSignal | undefined
    const events = [said('a'), said('bad'), said('c'), note('left behind')]
    const { steps, error } = await told(
      takeEach((failed) => {
        signal = failed
        return hand(events, new Error('of the clean-up'))
      }, double),
    )
    expect(steps).toStrictEqual(['a', 'a', note('left behind')])
    expect(error).toMatchObject({ message: 'cannot take it' })
    expect(signal?.aborted).toBe(true)
  })

  test('rejects as the run does', async () => {
    const failing = hand([said('a')], new Error('gone'))
    const { steps, error } = await told(takeEach(() => failing, double))
    expect(steps).toStrictEqual(['a', 'a'])
    expect(error).toMatchObject({ message: 'gone' })
  })

  test('ends the run when nobody reads any more', async () => {
    let isEnded = false
    async function* endless(): AsyncGenerator<Event> {
      try {
        for (;;) yield said('a')
      } finally {
        isEnded = true
      }
    }
    for await (const step of takeEach(endless, double)) if (step === 'a') break
    expect(isEnded).toBe(true)
  })
})
