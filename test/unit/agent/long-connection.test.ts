import { describe, expect, test } from 'vitest'
import type { Change } from './support/observe.ts'
import { configFor, observe } from './support/observe.ts'
import { serve } from './support/servers.ts'

function ask(port: number, change: Change = {}): ReturnType<typeof observe> {
  const long = { scheme: 'tcp', payload: 'who\n', keepAlive: true, concurrency: 1, intervalMs: 1 } as const
  return observe(configFor(port, { ...long, requests: 6, needles: [['pod-1'], ['pod-2']], ...change }))
}

describe('a long connection over plain TCP', () => {
  test('is asked line after line', async () => {
    const asked: string[] = []
    let connections = 0
    const port = await serve((socket) => {
      connections++
      socket.on('data', (data) => {
        asked.push(data.toString())
        socket.write('pod-')
        // In two pieces, as the network likes it.
        setImmediate(() => socket.write('1\n'))
      })
    })
    const { observations, end } = await ask(port)
    expect(asked).toEqual(Array.from({ length: 6 }, () => 'who\n'))
    expect([connections, end.connections]).toEqual([1, 1])
    for (const one of observations) {
      expect(one).toMatchObject({ outcome: 'answered', identity: { value: 'pod-1' } })
      expect(one).not.toHaveProperty('replaced')
    }
  })

  test.each([
    ['closed', 'end'],
    ['reset', 'resetAndDestroy'],
  ] as const)('that is %s in the middle is opened again, and said to be', async (how, end) => {
    let count = 0
    const port = await serve((socket) => {
      const name = count < 3 ? 'pod-1' : 'pod-2'
      socket.on('data', () => {
        if (++count === 4) socket[end]()
        else socket.write(`${name}\n`)
      })
    })
    const { observations } = await ask(port)
    expect(observations.map(({ identity }) => identity?.value)).toEqual([
      'pod-1',
      'pod-1',
      'pod-1',
      'pod-2',
      'pod-2',
      'pod-2',
    ])
    expect(observations.map(({ newConnection, replaced }) => replaced ?? newConnection)).toEqual([
      true,
      false,
      false,
      how,
      false,
      false,
    ])
  })

  test('that hangs is given up after the time-out', async () => {
    let count = 0
    const port = await serve((socket) => {
      let silent = false
      socket.on('data', () => {
        silent ||= ++count === 3
        if (!silent) socket.write('pod-1\n')
      })
    })
    const { observations } = await ask(port, { timeoutMs: 100 })
    expect(observations.map(({ outcome, replaced }) => replaced ?? outcome)).toEqual([
      'answered',
      'answered',
      'timeout',
      'timeout',
      'answered',
      'answered',
    ])
    expect(observations[3]?.outcome).toBe('answered')
  })

  test('with a server that answers nothing is a time-out, and not an answer of nobody', async () => {
    const port = await serve(() => {})
    const { observations } = await ask(port, { requests: 1, timeoutMs: 100 })
    expect(observations).toMatchObject([{ outcome: 'timeout' }])
    const closing = await serve((socket) => socket.on('data', () => socket.end()))
    expect((await ask(closing, { requests: 1 })).observations).toMatchObject([{ outcome: 'reset' }])
  })
})
