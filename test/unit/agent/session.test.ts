import { expect, test } from 'vitest'
import { configFor, observe } from './support/observe.ts'
import { closedPort, respond, serve } from './support/servers.ts'

function answer(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

test('targets are asked one after the other, each found out by itself, and numbers run on', async () => {
  const http = await respond(answer('pod-1'))
  const banner = await serve((socket) => socket.end('pod-2\n'))
  const nobody = await closedPort()
  const of = (port: number) => ({ scheme: 'auto' as const, host: '127.0.0.1', port })
  const config = { ...configFor(http, { requests: 3, needles: [['pod-1'], ['pod-2']] }) }
  config.targets = [of(http), of(banner), of(nobody)]
  const { observations, starts, dones, failures, end } = await observe(config)
  expect(observations.map(({ number, target, outcome }) => [number, target, outcome])).toEqual([
    [1, 0, 'answered'],
    [2, 0, 'answered'],
    [3, 0, 'answered'],
    [4, 1, 'answered'],
    [5, 1, 'answered'],
    [6, 1, 'answered'],
    [7, 2, 'refused'],
    [8, 2, 'refused'],
    [9, 2, 'refused'],
  ])
  expect(observations.map(({ identity }) => identity?.value)).toEqual(
    ['pod-1', 'pod-2', undefined].flatMap((value) => [value, value, value]),
  )
  const times = observations.map(({ atMs }) => atMs)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const epochMs = starts[0]?.epochMs
  const detectionMs: unknown = expect.any(Number)
  expect(starts).toEqual([
    { target: 0, scheme: 'http', epochMs, detectionMs },
    {
      target: 1,
      after: 3,
      scheme: 'tcp',
      epochMs,
      detectionMs,
      notHttp: String.raw`answers an HTTP request with "pod-2\n"`,
    },
    { target: 2, after: 6, scheme: 'http', epochMs, detectionMs },
  ])
  expect(dones.map(({ target, requests, switches }) => [target, requests, switches])).toEqual([
    [0, 3, 0],
    [1, 3, 0],
    [2, 3, 0],
  ])
  expect(failures).toMatchObject([{ target: 2, number: 7, outcome: 'refused' }])
  expect(end).toMatchObject({
    reason: 'done',
    requests: 9,
    outcomes: { answered: 6, refused: 3 },
    switches: 0,
  })
  expect(end.durationMs).toBeGreaterThanOrEqual(times.at(-1)!)
})

test('pauses run from start to start', async () => {
  const port = await respond(answer('pod-1'))
  const pausesMs = [20, 90, 0, 40]
  const { observations } = await observe(configFor(port, { requests: 99, pausesMs: [pausesMs] }))
  expect(observations).toHaveLength(5)
  for (const [index, pause] of pausesMs.entries()) {
    const real = observations[index + 1]!.atMs - observations[index]!.atMs
    // Times travel in microseconds.
    expect(real).toBeGreaterThanOrEqual(pause - 0.01)
  }
})

test('no connection is opened before the wait is over, not to find out the scheme either', async () => {
  const begin = Date.now()
  let firstMs = Infinity
  const port = await serve((socket) => {
    firstMs = Math.min(firstMs, Date.now() - begin)
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  })
  const config = configFor(port, { waitsMs: [200] })
  const { starts } = await observe({ ...config, targets: [{ ...config.targets[0]!, scheme: 'auto' }] })
  // Timers may be early by a fraction of a millisecond.
  expect(firstMs).toBeGreaterThanOrEqual(198)
  expect(starts[0]?.detectionMs).toBeLessThan(190)
})

test.each([
  ['header', '/a', /^GET \/a HTTP[^]*\r\nUser-Agent: kubectl-affinity\/run1-(\d)\r\n/],
  ['query', '/a', /^GET \/a\?affinity-probe=run1-(\d) HTTP/],
  ['query', '/a?b=c', /^GET \/a\?b=c&affinity-probe=run1-(\d) HTTP/],
] as const)('each request is marked in the %s of %s', async (place, path, expected) => {
  const seen: (string | undefined)[] = []
  const port = await serve((socket) => {
    socket.on('data', (data) => {
      seen.push(expected.exec(data.toString())?.[1])
      socket.end(answer('x'))
    })
  })
  const marker = { text: 'run1', in: place }
  await observe(configFor(port, { path, marker, requests: 3, concurrency: 1 }))
  expect(seen).toEqual(['1', '2', '3'])
})

test('the client’s port and its address as the server saw it are told when asked for', async () => {
  const ports: number[] = []
  const port = await serve((socket) => {
    ports.push(socket.remotePort ?? 0)
    socket.on('data', () => socket.end(answer(`ClientIP=${socket.remoteAddress}`)))
  })
  const { observations } = await observe(configFor(port, { requests: 4, localPorts: true, concurrency: 1 }))
  expect(observations.map(({ localPort }) => localPort)).toEqual(ports)
  expect(new Set(observations.map(({ seenAddress }) => seenAddress))).toEqual(new Set(['127.0.0.1']))
  const plain = await observe(configFor(port))
  expect(plain.observations[0]).not.toHaveProperty('localPort')
})
