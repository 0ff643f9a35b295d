import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Change } from './support/observe.ts'
import { configFor, observe } from './support/observe.ts'

/** A server that hands each datagram to `answer`; gives its port. */
async function serveDatagrams(
  answer: (text: string, reply: (text: string) => void, port: number) => void,
  host = '127.0.0.1',
): Promise<number> {
  const server = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4')
  server.on('message', (bytes, { port, address }) =>
    answer(bytes.toString('latin1'), (text) => server.send(text, port, address), port),
  )
  server.bind(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return server.address().port
}

function ask(port: number, change: Change = {}): ReturnType<typeof observe> {
  return observe(configFor(port, { scheme: 'udp', payload: 'hostname', needles: [['pod-1']], ...change }))
}

describe('over UDP', () => {
  test.each(['127.0.0.1', '::1', 'localhost'])('each request to %s has a port of its own', async (host) => {
    const asked: [string, number][] = []
    const port = await serveDatagrams(
      (text, reply, from) => {
        asked.push([text, from])
        reply('pod-1')
      },
      host === '::1' ? host : '127.0.0.1',
    )
    const { observations, end } = await ask(port, { host, requests: 5, localPorts: true, concurrency: 1 })
    expect(asked.map(([text]) => text)).toEqual(Array.from({ length: 5 }, () => 'hostname'))
    expect(new Set(asked.map(([, from]) => from)).size).toBe(5)
    expect(observations.map(({ localPort }) => localPort)).toEqual(asked.map(([, from]) => from))
    for (const one of observations) {
      expect(one).toMatchObject({
        outcome: 'answered',
        newConnection: true,
        identity: { source: 'body', value: 'pod-1' },
      })
      expect(one).not.toHaveProperty('status')
    }
    expect(end).toMatchObject({ requests: 5, connections: 5 })
  })

  test('a socket that is kept open keeps its port', async () => {
    const ports = new Set<number>()
    const port = await serveDatagrams((_, reply, from) => {
      ports.add(from)
      reply(`[::ffff:10.0.0.7]:${from}`)
    })
    const { observations } = await ask(port, { requests: 4, keepAlive: true, concurrency: 1 })
    expect(ports.size).toBe(1)
    expect(observations.map(({ newConnection }) => newConnection)).toEqual([true, false, false, false])
    expect(observations[3]?.seenAddress).toBe('10.0.0.7')
  })

  test('silence is a time-out, and an answer that comes too late is not that to the next request', async () => {
    let count = 0
    let late = (): void => {}
    const port = await serveDatagrams((_, reply) => {
      const text = `pod-${++count}`
      if (count === 2) late = () => reply(text)
      else {
        // Before the answer that is waited for now.
        late()
        reply(text)
      }
    })
    const needles = [['pod-1'], ['pod-2'], ['pod-3'], ['pod-4']]
    const change = { requests: 4, keepAlive: true, concurrency: 1, timeoutMs: 100, intervalMs: 50, needles }
    const { observations } = await ask(port, change)
    expect(observations.map(({ outcome, identity }) => identity?.value ?? outcome)).toEqual([
      'pod-1',
      'timeout',
      'pod-3',
      'pod-4',
    ])
    expect(observations.map(({ newConnection, replaced }) => replaced ?? newConnection)).toEqual([
      true,
      false,
      'timeout',
      false,
    ])
  })

  test('a port on which nobody listens refuses', async () => {
    const closed = dgram.createSocket('udp4')
    closed.bind(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address()
    closed.close()
    await once(closed, 'close')
    const { observations, failures } = await ask(port, { requests: 2 })
    expect(observations.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
    expect(failures).toMatchObject([{ code: 'ECONNREFUSED' }])
    const unknown = await ask(port, { host: 'no-such-host.invalid' })
    expect(unknown.observations.map(({ outcome }) => outcome)).toEqual(['dns'])
  })

  test('any bytes can be sent', async () => {
    const asked: string[] = []
    const port = await serveDatagrams((text, reply) => {
      asked.push(text)
      reply('x')
    })
    await ask(port, { payload: '\0\u00ff$(A)\n' })
    expect(asked).toEqual(['\0\u00ff$(A)\n'])
  })
})
