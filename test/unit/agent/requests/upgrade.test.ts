import http from 'node:http'
import { expect, test } from 'vitest'
import { frame, opcodes } from '../../../../src/model/common/network/websocket.ts'
import { type Change, configFor, observe } from '../support/observe.ts'
import { listen } from '../support/servers.ts'

/** A server that opens every WebSocket that it is asked for, and says something on it. */
function server(say: Buffer, headers = ''): Promise<number> {
  const server = http.createServer((_request, response) => response.writeHead(404).end('pod-0'))
  server.on('upgrade', (request, socket) => {
    const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\n${headers}`
    socket.write(Buffer.concat([Buffer.from(`${head}\r\n`), say]))
  })
  return listen(server)
}

const asked: Change = { upgrade: 'websocket', needles: [['pod-1']] }

test('the first message on a WebSocket says who answered, whatever comes before it', async () => {
  const ping = frame(opcodes.ping, Buffer.from('pod-2'))
  const port = await server(
    Buffer.concat([ping, frame(opcodes.text, Buffer.from(`${'x'.repeat(300)} pod-1`))]),
  )
  const { observations } = await observe(configFor(port, { ...asked, requests: 2 }))
  expect(observations).toMatchObject([
    { outcome: 'answered', status: 101, identity: { value: 'pod-1' }, newConnection: true },
    { outcome: 'answered', status: 101, identity: { value: 'pod-1' }, newConnection: true },
  ])
})

test('where none comes, its head does', async () => {
  const port = await server(Buffer.alloc(0), 'X-Pod: pod-1\r\n')
  const { observations } = await observe(configFor(port, asked))
  expect(observations).toMatchObject([{ status: 101, identity: { source: 'header:x-pod', value: 'pod-1' } }])
})

test('an answer without a WebSocket is one, and bytes that are no frames are none', async () => {
  const refusing = await listen(http.createServer((_, response) => response.writeHead(426).end('pod-1')))
  expect((await observe(configFor(refusing, asked))).observations).toMatchObject([
    { outcome: 'answered', status: 426, identity: { value: 'pod-1' } },
  ])
  const noise = await server(Buffer.from([0xff, 0xff, 1, 2]))
  expect((await observe(configFor(noise, asked))).observations).toMatchObject([{ outcome: 'protocol' }])
})

test('cookies are sent along', async () => {
  const sent: (string | undefined)[] = []
  const one = http.createServer((_, response) =>
    response.setHeader('set-cookie', 'route=a; Path=/').end('pod-1'),
  )
  one.on('upgrade', (request, socket) => {
    sent.push(request.headers.cookie)
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  const port = await listen(one)
  const config = configFor(port, { sessions: [{ jar: true }], cookieSalt: 's', sharedJars: true })
  const [target] = config.targets
  config.targets = [target!, { ...target!, upgrade: 'websocket' }]
  const { observations } = await observe(config)
  expect(sent).toEqual(['route=a'])
  expect(observations[1]).toMatchObject({ target: 1, status: 101, cookiesSent: ['route'] })
})
