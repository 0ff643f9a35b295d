import type { Socket } from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { AgentTarget } from '../../../src/agent/config.ts'
import type { Outcome } from '../../../src/model/probe/observation.ts'
import { makeAuthority } from '../cluster/support/pki.ts'
import type { Change } from './support/observe.ts'
import { configFor, observe } from './support/observe.ts'
import { closedPort, listen, respond, serve } from './support/servers.ts'

/** The outcome of one request to a server, with the words about it. */
async function outcomeAt(port: number, change: Change = {}): Promise<[Outcome | undefined, string]> {
  const { observations, failures } = await observe(configFor(port, change))
  return [observations[0]?.outcome, failures[0]?.message ?? '']
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npod-1'

describe('a run', () => {
  test('sends each request over a connection of its own', async () => {
    const requests: string[] = []
    let connections = 0
    const port = await serve((socket) => {
      connections++
      socket.on('data', (data) => {
        requests.push(data.toString())
        socket.end(ok)
      })
    })
    const { observations, end } = await observe(
      configFor(port, { requests: 20, path: '/a?b=c', needles: [['pod-1']] }),
    )
    expect(connections).toBe(20)
    expect(new Set(requests)).toEqual(
      new Set([
        `GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: kubectl-affinity\r\nAccept: */*\r\n` +
          'Accept-Encoding: identity\r\nConnection: close\r\n\r\n',
      ]),
    )
    expect(observations.map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    for (const one of observations) {
      expect(one).toMatchObject({ outcome: 'answered', status: 200, newConnection: true })
      expect(one.identity).toEqual({ source: 'body', value: 'pod-1' })
    }
    expect(end).toMatchObject({
      reason: 'done',
      requests: 20,
      connections: 20,
      outcomes: { answered: 20 },
      switches: 0,
    })
  })

  test('ends when the server has closed the last connection, so that its pod still knows it', async () => {
    const closedBy: string[] = []
    const port = await serve((socket) => {
      socket.on('end', () => closedBy.push('client'))
      socket.on('data', () => {
        socket.write(ok)
        setTimeout(() => {
          closedBy.push('server')
          socket.end()
        }, 20)
      })
    })
    // A clock that stands still: patience does not run out, however busy the machine is.
    const { end } = await observe(configFor(port), () => 0)
    expect(end.outcomes).toEqual({ answered: 1 })
    expect(closedBy[0]).toBe('server')
  })

  test('counts changes of the backend', async () => {
    let count = 0
    const port = await serve((socket) => {
      socket.on('data', () => socket.end(ok.replace('pod-1', `pod-${[1, 1, 2, 1][count++ % 4]}`)))
    })
    const { end } = await observe(
      configFor(port, { requests: 8, concurrency: 1, needles: [['pod-1'], ['pod-2']] }),
    )
    expect(end.switches).toBe(4)
  })

  test('keeps a connection open when told so, and opens another when the server closed it', async () => {
    let requests = 0
    const port = await serve((socket) => {
      socket.on('data', () => {
        requests++
        if (requests === 4) socket.end(ok.replace('OK', 'OK\r\nConnection: close'))
        // As if it had been closed while the request was on its way.
        else if (requests === 8) socket.destroy()
        else socket.write(ok)
      })
    })
    const { observations, end } = await observe(
      configFor(port, { requests: 10, keepAlive: true, concurrency: 1 }),
    )
    expect(observations.map(({ newConnection }) => newConnection)).toEqual(
      [1, 0, 0, 0, 1, 0, 0, 1, 0, 0].map((value) => value === 1),
    )
    expect(end).toMatchObject({ outcomes: { answered: 10 }, connections: 3 })
  })

  test('ends after its duration, with numbers in order although answers are not', async () => {
    let count = 0
    const port = await serve((socket) => {
      const delay = count++ % 3 === 0 ? 60 : 1
      socket.on('data', () => setTimeout(() => socket.end(ok), delay))
    })
    const { observations, end } = await observe(configFor(port, { durationMs: 1000, intervalMs: 10 }))
    expect(end.reason).toBe('duration')
    expect(observations.length).toBeGreaterThan(15)
    expect(observations.map(({ number }) => number)).toEqual(observations.map((_, index) => index + 1))
    const times = observations.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })
})

describe('a hostile server', () => {
  test.each<[string, (socket: Socket) => void, Outcome, string]>([
    ['closes at once', (socket) => socket.end(), 'reset', 'closed without an answer'],
    ['resets', (socket) => socket.on('data', () => socket.resetAndDestroy()), 'reset', 'ECONNRESET'],
    ['says nothing', () => {}, 'timeout', 'no answer within 150 ms'],
    [
      'breaks chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'),
      'protocol',
      'size of a chunk',
    ],
    [
      'stops in the middle',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'),
      'protocol',
      'middle of the answer',
    ],
    [
      'sends endless headers',
      (socket) => flood(socket, 'HTTP/1.1 200 OK\r\n', 'A: b\r\n'),
      'protocol',
      'longer than 32 KiB',
    ],
    [
      'sends endless interim answers',
      (socket) => flood(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n'),
      'protocol',
      'longer than 32 KiB',
    ],
    [
      'drips',
      (socket) => drip(socket, `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(10_000)}`),
      'timeout',
      'no answer',
    ],
    ['sends noise', (socket) => socket.end(Buffer.alloc(1000, 0xff)), 'protocol', 'not HTTP'],
  ])('that %s', async (_, behave, outcome, message) => {
    const port = await serve(behave)
    // What is no timeout must not become one on a machine that stalls.
    const timeoutMs = outcome === 'timeout' ? 150 : 20_000
    expect(await outcomeAt(port, { timeoutMs })).toEqual([outcome, expect.stringContaining(message)])
  })

  test('that sends an endless body is read no further than 64 KiB', async () => {
    const port = await serve((socket) => flood(socket, 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(1000)))
    const { observations, end } = await observe(configFor(port, { requests: 3 }))
    expect(end.outcomes).toEqual({ answered: 3 })
    expect(observations[0]?.latencyMs).toBeLessThan(500)
    expect(new Set(observations.map(({ identity }) => identity?.value)).size).toBe(1)
  })

  test('that does not close is not waited for', async () => {
    const port = await respond(ok, false)
    const { end } = await observe(configFor(port, { requests: 200, concurrency: 2 }))
    expect(end.outcomes).toEqual({ answered: 200 })
    // 100 after each other on each of two lanes, 50 ms for each: 5 s.
    expect(end.durationMs).toBeLessThan(4000)
  })

  test('is told from one that is not there', async () => {
    expect(await outcomeAt(await closedPort())).toEqual(['refused', expect.stringContaining('ECONNREFUSED')])
    expect(await outcomeAt(80, { host: 'no-such-host.invalid' })).toEqual(['dns', expect.any(String)])
  })

  test('does not keep the others from being asked', async () => {
    let count = 0
    const port = await serve((socket) => {
      if (count++ !== 2) socket.on('data', () => socket.end(ok))
    })
    const { observations, end } = await observe(
      configFor(port, { requests: 100, concurrency: 4, timeoutMs: 1500 }),
    )
    expect(end.outcomes).toEqual({ answered: 99, timeout: 1 })
    expect(observations.filter(({ outcome }) => outcome === 'timeout')).toMatchObject([
      { number: expect.any(Number) },
    ])
  })
})

describe('TLS', () => {
  const authority = makeAuthority('test authority')
  const { key, cert } = authority.issue({ commonName: 'echo', dnsNames: ['echo.test'] })
  const stranger = makeAuthority('stranger').cert
  const secure = (): Promise<number> =>
    listen(
      tls.createServer({ key, cert }, (socket) => {
        socket.on('error', () => {})
        socket.on('data', () => socket.end(ok))
      }),
    )

  test.each<[string, AgentTarget['tls'], Outcome, string]>([
    ['an unknown certificate', {}, 'tls', 'unable to verify the first certificate, for echo, echo.test'],
    ['any certificate when told so', { insecure: true }, 'answered', ''],
    ['a trusted one for its name', { ca: authority.cert, serverName: 'echo.test' }, 'answered', ''],
    ['a trusted one for another name', { ca: authority.cert }, 'tls', 'does not match'],
    ['the one itself that is trusted', { trusted: cert, serverName: 'echo.test' }, 'answered', ''],
    ['the one itself for another name', { trusted: cert }, 'tls', 'does not match'],
    ['another one that is trusted', { trusted: stranger, serverName: 'echo.test' }, 'tls', 'issuer'],
  ])('with %s', async (_, settings = {}, outcome, message) => {
    const port = await secure()
    expect(await outcomeAt(port, { scheme: 'https', tls: settings })).toEqual([
      outcome,
      expect.stringContaining(message),
    ])
  })

  test('with a server that does not speak it', async () => {
    const port = await respond('HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n')
    expect(await outcomeAt(port, { scheme: 'https' })).toEqual(['tls', expect.any(String)])
  })

  test('keeps connections open too', async () => {
    const port = await listen(
      tls.createServer({ key, cert }, (socket) => {
        socket.on('data', () => socket.write(ok))
      }),
    )
    const { end } = await observe(
      configFor(port, {
        scheme: 'https',
        tls: { insecure: true },
        keepAlive: true,
        requests: 5,
        concurrency: 1,
      }),
    )
    expect(end).toMatchObject({ outcomes: { answered: 5 }, connections: 1 })
  })
})

describe('plain TCP', () => {
  test('takes what the server sends by itself as its answer', async () => {
    const closing = await serve((socket) => socket.end('pod-1\n'))
    const staying = await serve((socket) => socket.write('pod-1\n'))
    for (const port of [closing, staying]) {
      const { observations } = await observe(configFor(port, { scheme: 'tcp', needles: [['pod-1']] }))
      expect(observations).toMatchObject([
        { outcome: 'answered', identity: { source: 'body', value: 'pod-1' } },
      ])
      expect(observations[0]).not.toHaveProperty('status')
    }
  })

  test('counts an accepted connection as answered, by nobody in particular', async () => {
    const port = await serve(() => {})
    const { observations } = await observe(configFor(port, { scheme: 'tcp' }))
    expect(observations).toMatchObject([{ outcome: 'answered' }])
    expect(observations[0]).not.toHaveProperty('identity')
    expect(await outcomeAt(await closedPort(), { scheme: 'tcp' })).toEqual(['refused', expect.any(String)])
  })
})

/** Sends `first`, then `more` for as long as somebody reads. */
function flood(socket: Socket, first: string, more: string): void {
  socket.write(first)
  const piece = more.repeat(Math.ceil(20_000 / more.length))
  const push = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', push)
  push()
}

/** Sends one character every 5 ms. */
function drip(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => socket.write(text[at++] ?? 'x'), 5)
  socket.on('close', () => clearInterval(timer))
}
