import { hostAndPort } from '../../model/common/ip.ts'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { hostOf, portOf } from '../transport/address.ts'
import { ProxyError } from './proxy-error.ts'
import { socksHandshake } from './socks.ts'

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
    throw new ProxyError(`${proxy.host}: ${error instanceof Error ? error.message : String(error)}`, {
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
