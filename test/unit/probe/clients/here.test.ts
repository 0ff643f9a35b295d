import { describe, expect, test } from 'vitest'
import type { AgentConfig } from '../../../../src/agent/config.ts'
import type { Decoded } from '../../../../src/agent/protocol.ts'
import { runHere } from '../../../../src/probe/clients/here.ts'
import { hereIndex } from '../../../../src/probe/clients/here-index.ts'
import { respond } from '../../agent/support/servers.ts'

function config(port: number, requests: number): AgentConfig {
  return {
    targets: [{ scheme: 'http', host: '127.0.0.1', port }],
    requests,
    intervalMs: 1,
    timeoutMs: 5000,
    keepAlive: false,
    identify: { kind: 'auto' },
    needles: [['pod-a', '10.244.1.7']],
  }
}

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\nFrom=pod-a ClientIP=::1\n'

describe('this machine as a client', () => {
  test('observes like the agent in a pod, from hello to end', async () => {
    const all: Decoded[] = []
    let ended = 0
    const sink = {
      onDecoded: (client: number, decoded: Decoded) => {
        expect(client).toBe(hereIndex)
        all.push(decoded)
      },
      onEnded: () => void (ended += 1),
    }
    await runHere(config(await respond(answer), 10), sink, new AbortController().signal)
    const observations = all.flatMap(({ observations }) => observations)
    expect(all[0]?.hello).toMatchObject({ client: hereIndex })
    expect(observations.map(({ number }) => number)).toStrictEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    for (const observation of observations)
      expect(observation).toMatchObject({
        outcome: 'answered',
        identity: { value: 'pod-a' },
        seenAddress: '::1',
      })
    expect(all.at(-1)?.end).toMatchObject({ reason: 'done', requests: 10 })
    expect(ended).toBe(1)
  })

  test('ends when it is interrupted, with what was seen until then', async () => {
    const interrupt = new AbortController()
    const all: Decoded[] = []
    const onDecoded = (_: number, decoded: Decoded): void => {
      all.push(decoded)
      if (decoded.observations.length > 0) interrupt.abort()
    }
    await runHere(
      config(await respond(answer), 1_000_000),
      { onDecoded, onEnded: () => {} },
      interrupt.signal,
    )
    expect(all.at(-1)?.end).toMatchObject({ reason: 'signal' })
  })

  test('ends with what its reader throws', async () => {
    const onDecoded = (_: number, decoded: Decoded): void => {
      if (decoded.observations.length > 0) throw new Error('nobody reads on')
    }
    const run = runHere(
      config(await respond(answer), 1_000_000),
      { onDecoded, onEnded: () => {} },
      new AbortController().signal,
    )
    await expect(run).rejects.toThrow('nobody reads on')
  })
})
