import { hostAndPort } from '../../model/common/network/ip.ts'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { hostOf, portOf } from '../transport/address.ts'
import { ProxyError } from './proxy-error.ts'
import { messageOf } from '../../model/common/user-error.ts'

const LIMIT_MS = 30_000

/** A connection to host:port through a proxy. Rejects with ProxyError, also when `ending` is aborted before it is there. */
export async function openTunnel(
  proxy: URL,
  host: string,
  port: number,
  ending: AbortSignal,
): Promise<Socket> {
  try {
    return await (proxy.protocol.startsWith('socks')
      ? throughSocks(proxy, host, port, ending)
      : throughConnect(proxy, host, port, ending))
  } catch (error) {
    if (error instanceof ProxyError) throw error
    throw new ProxyError(`${proxy.host}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function throughConnect(proxy: URL, host: string, port: number, ending: AbortSignal): Promise<Socket> {
  const target = hostAndPort(host, port)
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: hostOf(proxy),
      port: portOf(proxy),
      path: target,
      agent: false,
      signal: ending,
      headers: { host: target, ...proxyAuthorization(proxy) },
    })
    const timer = setTimeout(() => request.destroy(new ProxyError(`${proxy.host} did not answer`)), LIMIT_MS)
    request.once('connect', (response, socket) => {
      clearTimeout(timer)
      if (response.statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(
        new ProxyError(
          `${proxy.host} answered ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trim(),
        ),
      )
    })
    request.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    request.end()
  })
}

async function throughSocks(proxy: URL, host: string, port: number, ending: AbortSignal): Promise<Socket> {
  const socket = connect(portOf(proxy), hostOf(proxy))
  const end = (): void => void socket.destroy()
  ending.addEventListener('abort', end, { once: true })
  const timer = setTimeout(() => socket.destroy(new ProxyError(`${proxy.host} did not answer`)), LIMIT_MS)
  try {
    await once(socket, 'connect')
    await socksHandshake(socket, proxy, host, port)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    ending.removeEventListener('abort', end)
  }
}

/** The header that names the user to an HTTP proxy, if its URL has one. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (!proxy.username && !proxy.password) return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

const VERSION = 5
const NO_AUTHENTICATION = 0
const PASSWORD = 2
const CONNECT = 1
const DOMAIN = 3
const ADDRESS_LENGTHS: Readonly<Record<number, number>> = { 1: 4, 4: 16 }
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'connection not allowed',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'TTL expired',
  7: 'command not supported',
  8: 'address type not supported',
}

/**
 * Asks a SOCKS 5 proxy (RFC 1928, passwords by RFC 1929) to connect to host:port; the name is resolved by the
 * proxy. Afterwards the socket leads to the target. Rejects with ProxyError.
 */
async function socksHandshake(socket: Socket, proxy: URL, host: string, port: number): Promise<void> {
  const user = Buffer.from(decodeURIComponent(proxy.username))
  const password = Buffer.from(decodeURIComponent(proxy.password))
  const methods = user.length > 0 ? [NO_AUTHENTICATION, PASSWORD] : [NO_AUTHENTICATION]
  socket.write(Uint8Array.of(VERSION, methods.length, ...methods))
  const [, method] = await read(socket, 2)
  if (method === PASSWORD) {
    socket.write(Uint8Array.of(1, user.length, ...user, password.length, ...password))
    const [, status] = await read(socket, 2)
    if (status !== 0) throw new ProxyError(`${proxy.host} refused the user name or password`)
  } else if (method !== NO_AUTHENTICATION) {
    throw new ProxyError(`${proxy.host} wants an authentication that is not supported`)
  }
  const name = Buffer.from(host)
  socket.write(Uint8Array.of(VERSION, CONNECT, 0, DOMAIN, name.length, ...name, port >> 8, port & 0xff))
  const [, reply = 1, , type = 0] = await read(socket, 4)
  if (reply !== 0) throw new ProxyError(`${proxy.host}: ${REFUSALS[reply] ?? `error ${reply}`}`)
  const length = type === DOMAIN ? ((await read(socket, 1))[0] ?? 0) : (ADDRESS_LENGTHS[type] ?? 0)
  await read(socket, length + 2)
}

/** Takes exactly so many bytes; whatever follows stays in the socket for the next reader. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(count)
    if (bytes?.length === count) return bytes
    if (socket.readableEnded || socket.destroyed) throw new ProxyError('the proxy closed the connection')
    await Promise.race([once(socket, 'readable'), once(socket, 'close')])
  }
}
