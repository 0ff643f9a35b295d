import { describe, expect, test } from 'vitest'
import type { AgentConfig } from '../../../../../src/agent/config.ts'
import type { Decoded } from '../../../../../src/agent/protocol/protocol.ts'
import { runHere } from '../../../../../src/probe/run/clients/here.ts'
import { hereIndex } from '../../../../../src/probe/run/clients/here-index.ts'
import { respond } from '../../../agent/support/servers.ts'

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
    const events = await Array.fromAsync(
      runHere(config(await respond(answer), 10), new AbortController().signal),
    )
    const all = events.flatMap((event) => (event.kind === 'said' ? [event.decoded] : []))
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
    expect(events.at(-1)).toEqual({ kind: 'ended', client: hereIndex, message: '' })
  })

  test('ends when it is interrupted, with what was seen until then', async () => {
    const interrupt = new AbortController()
    const all: Decoded[] = []
    for await (const event of runHere(config(await respond(answer), 1_000_000), interrupt.signal)) {
      if (event.kind !== 'said') continue
      all.push(event.decoded)
      if (event.decoded.observations.length > 0) interrupt.abort()
    }
    expect(all.at(-1)?.end).toMatchObject({ reason: 'signal' })
  })

  test('ends when nobody reads on', async () => {
    const read = async (): Promise<void> => {
      for await (const event of runHere(
        config(await respond(answer), 1_000_000),
        new AbortController().signal,
      ))
        if (event.kind === 'said' && event.decoded.observations.length > 0) throw new Error('nobody reads on')
    }
    await expect(read()).rejects.toThrow('nobody reads on')
  })
})
