import net from 'node:net'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { decodeConfig } from '../../../../src/agent/complete-config.ts'
import { encodeConfig } from '../../../../src/agent/config.ts'
import { detectScheme, type Spoken } from '../../../../src/agent/requests/scheme.ts'
import type { Scheme } from '../../../../src/model/probe/observation.ts'
import { makeAuthority } from '../../cluster/support/pki.ts'
import { configFor } from '../support/observe.ts'
import { closedPort, listen, respond, serve } from '../support/servers.ts'

const certificate = makeAuthority('test authority').issue({ commonName: 'echo' })

const detect = async (port: number): Promise<Scheme> => (await spoken(port)).scheme

function spoken(port: number): Promise<Spoken> {
  const config = decodeConfig(encodeConfig(configFor(port, { scheme: 'auto', timeoutMs: 200 })))
  return detectScheme(config, config.targets[0]!, () => performance.now())
}

test.each<[string, () => Promise<number>, Scheme]>([
  ['HTTP', () => respond('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'), 'http'],
  ['broken HTTP', () => respond('HTTP/1.1 200 OK\r\nno header\r\n\r\n'), 'http'],
  ['a status line that is broken', () => respond('HTTP/1.1 two hundred\r\n\r\n'), 'http'],
  ['a header of 1 MB', () => respond(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1e6)}\r\n\r\n`), 'http'],
  ['a 400 of its own', () => respond('HTTP/1.1 400 Bad Request\r\n\r\nno'), 'http'],
  ['a 400 that only mentions TLS', () => respond('HTTP/1.1 400 Bad Request\r\n\r\nno tls'), 'http'],
  ['a banner', () => serve((socket) => socket.write('SSH-2.0-x\r\n')), 'tcp'],
  ['an error in another protocol', () => respond('-ERR unknown command\r\n', false), 'tcp'],
  ['nothing and closes', () => serve((socket) => socket.end()), 'tcp'],
  ['nothing and waits', () => serve(() => {}), 'http'],
  ['TLS', () => listen(tls.createServer(certificate)), 'https'],
  ['nothing, because nobody listens', closedPort, 'http'],
])('a server that says %s', async (_, start, scheme) => {
  expect(await detect(await start())).toBe(scheme)
})

test('a TLS server that answers plain HTTP in HTTP is found out', async () => {
  const secure = await listen(tls.createServer(certificate))
  const plain = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'
  const port = await serve((socket) => {
    socket.once('data', (first) => {
      if (first[0] !== 0x16) socket.end(plain)
      else {
        const inner = net.connect(secure, '127.0.0.1')
        inner.on('error', () => {})
        inner.write(first)
        socket.pipe(inner).pipe(socket)
      }
    })
  })
  expect(await detect(port)).toBe('https')
})

const settings = Buffer.from('000006040000000000000300000064', 'hex')

test.each<[string, () => Promise<number>, string]>([
  [
    'HTTP/2 only',
    () =>
      serve((socket) => {
        socket.once('data', (data) => {
          if (data.toString('latin1').startsWith('PRI * HTTP/2.0')) socket.write(settings)
          else socket.end()
        })
      }),
    'speaks HTTP/2 without TLS (h2c), which this probe does not',
  ],
  [
    'HTTP/2 at once',
    () => serve((socket) => socket.write(settings)),
    'speaks HTTP/2 without TLS (h2c), which this probe does not',
  ],
  [
    'an error of its own',
    () => respond('-ERR unknown command\r\n', false),
    String.raw`answers an HTTP request with "-ERR unknown command\r\n"`,
  ],
  [
    'nothing and closes',
    () => serve((socket) => socket.end()),
    'closed all of 6 connections without an answer to an HTTP request',
  ],
  [
    'nothing and resets',
    () => serve((socket) => socket.once('data', () => socket.resetAndDestroy())),
    'closed all of 6 connections without an answer to an HTTP request',
  ],
])('why it is not HTTP: %s', async (_, start, notHttp) => {
  expect(await spoken(await start())).toStrictEqual({ scheme: 'tcp', notHttp })
})

test.each([
  ['closes', (socket: net.Socket) => void socket.end()],
  ['resets', (socket: net.Socket) => void socket.once('data', () => socket.resetAndDestroy())],
])('a backend that %s a dozen connections in a row does not decide for the next', async (_, breaks) => {
  let count = 0
  // Two or three for each try.
  const port = await serve((socket) => {
    if (count++ < 12) breaks(socket)
    else socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  })
  expect(await spoken(port)).toStrictEqual({ scheme: 'http' })
})

test('one backend in three that closes at once does not decide', async () => {
  let count = 0
  const port = await serve((socket) => {
    if (count++ % 3 === 0) socket.end()
    else socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  })
  expect(await detect(port)).toBe('http')
})
