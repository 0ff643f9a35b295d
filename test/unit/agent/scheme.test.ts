import net from 'node:net'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { decodeConfig } from '../../../src/agent/complete-config.ts'
import { encodeConfig } from '../../../src/agent/config.ts'
import { detectScheme } from '../../../src/agent/scheme.ts'
import type { Scheme } from '../../../src/model/observation.ts'
import { makeAuthority } from '../cluster/support/pki.ts'
import { configFor } from './support/observe.ts'
import { closedPort, listen, respond, serve } from './support/servers.ts'

const certificate = makeAuthority('test authority').issue({ commonName: 'echo' })

function detect(port: number): Promise<Scheme> {
  const config = decodeConfig(encodeConfig(configFor(port, { scheme: 'auto', timeoutMs: 200 })))
  return detectScheme(config, config.targets[0]!, () => performance.now())
}

test.each<[string, () => Promise<number>, Scheme]>([
  ['HTTP', () => respond('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'), 'http'],
  ['broken HTTP', () => respond('HTTP/1.1 200 OK\r\nno header\r\n\r\n'), 'http'],
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

test('one backend in three that closes at once does not decide', async () => {
  let count = 0
  const port = await serve((socket) => {
    if (count++ % 3 === 0) socket.end()
    else socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  })
  expect(await detect(port)).toBe('http')
})
