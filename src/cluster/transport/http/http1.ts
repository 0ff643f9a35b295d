import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { hostOf, portOf } from '../address.ts'
import { cut } from '../connection-problem.ts'
import { CONNECT_LIMIT_MS, IDLE_LIMIT_MS, KEEP_ALIVE_MS } from '../connection-limits.ts'
import type { CallerIdentity } from '../../credentials/credentials.ts'
import { forwarderTo } from '../address.ts'
import type { HttpRequest, HttpResponse, ConnectionContext } from './exchange.ts'
import { TunnelHttpAgent, TunnelHttpsAgent } from '../../proxy/agents.ts'
import { proxyAuthorization } from '../../proxy/tunnel.ts'

/** Enough that a distant server is not asked one by one, few enough that setting up connections does not cost more. */
const MOST_CONNECTIONS = 3

/** By one connection for each request that is under way. */
export class Http1 {
  readonly #server: URL
  readonly #proxy: URL | undefined
  readonly #surroundings: ConnectionContext
  readonly #agents = new Map<string, HttpAgent>()
  readonly #prefix: string
  /** Connections that left their pool. */
  readonly #upgraded = new Set<Duplex>()
  readonly #forwarder: URL | undefined

  constructor(server: URL, proxy: URL | undefined, surroundings: ConnectionContext) {
    this.#server = server
    this.#proxy = proxy
    this.#surroundings = surroundings
    this.#forwarder = forwarderTo(server, proxy)
    this.#prefix = server.pathname.replace(/\/+$/, '')
    surroundings.ending.addEventListener('abort', () => this.#close(), { once: true })
  }

  /** Rejects with ConnectionError, or with the reason of the signal. */
  async send(request: HttpRequest, identity: CallerIdentity): Promise<HttpResponse> {
    const { signal } = request
    signal?.throwIfAborted()
    this.#surroundings.ending.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const exchange = this.#open(request, identity)
      const abort = (): void => {
        // A request that still waits for its tunnel through a proxy would hear of it when that is there.
        reject(signal?.reason)
        exchange.destroy(new Error('aborted'))
      }
      signal?.addEventListener('abort', abort, { once: true })
      limitConnecting(exchange)
      exchange.once('response', (response) => {
        // Whoever reads learns of errors; that nobody reads yet must not end the program.
        response.on('error', () => {})
        response.once('close', () => signal?.removeEventListener('abort', abort))
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          headers: response.headers,
          body: this.#read(response, signal),
        })
      })
      exchange.once('upgrade', (response, socket, head) => {
        signal?.removeEventListener('abort', abort)
        // The limit on idling was the pool's.
        socket.setTimeout(0)
        socket.on('error', () => {})
        this.#upgraded.add(socket)
        socket.once('close', () => this.#upgraded.delete(socket))
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          headers: response.headers,
          body: this.#read(response, signal),
          upgraded: { socket, head },
        })
      })
      exchange.on('error', (error) => {
        signal?.removeEventListener('abort', abort)
        reject(signal?.aborted ? signal.reason : this.#surroundings.explain(error))
      })
      exchange.end(request.body)
    })
  }

  #close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    for (const socket of this.#upgraded) socket.destroy()
    this.#agents.clear()
  }

  #open({ method, path, headers, lasting = false }: HttpRequest, identity: CallerIdentity): ClientRequest {
    const server = this.#server
    const secure = server.protocol === 'https:'
    const options: RequestOptions = {
      method,
      host: hostOf(server),
      port: portOf(server),
      path: this.#prefix + path,
      headers: { ...headers, ...(identity.authorization ? { authorization: identity.authorization } : {}) },
      agent: this.#agentFor(identity, lasting),
    }
    const proxy = this.#forwarder
    if (proxy) {
      return httpRequest({
        ...options,
        host: hostOf(proxy),
        port: portOf(proxy),
        path: `${server.origin}${this.#prefix}${path}`,
        headers: { ...headers, host: server.host, ...proxyAuthorization(proxy) },
      })
    }
    return secure ? httpsRequest(options) : httpRequest(options)
  }

  /**
   * A pool per client certificate, since a connection belongs to the identity that opened it. What lasts has another
   * one, in which nobody waits for a place.
   */
  #agentFor(identity: CallerIdentity, lasting: boolean): HttpAgent {
    const key = `${lasting} ${identity.cert ?? ''}`
    const known = this.#agents.get(key)
    if (known) return known
    const server = this.#server
    const pool = {
      keepAlive: true,
      keepAliveMsecs: KEEP_ALIVE_MS,
      timeout: IDLE_LIMIT_MS,
      ...(lasting ? {} : { maxSockets: MOST_CONNECTIONS }),
    }
    const tls = { ...pool, ...this.#surroundings.tlsFor(identity) }
    const proxy = this.#proxy
    const agent =
      server.protocol === 'https:'
        ? proxy
          ? new TunnelHttpsAgent(proxy, tls)
          : new HttpsAgent(tls)
        : proxy?.protocol.startsWith('socks')
          ? new TunnelHttpAgent(proxy, pool)
          : new HttpAgent(pool)
    this.#agents.set(key, agent)
    return agent
  }

  async *#read(
    response: IncomingMessage,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* response as AsyncIterable<Uint8Array>
    } catch (error) {
      signal?.throwIfAborted()
      throw this.#surroundings.explain(error)
    }
    signal?.throwIfAborted()
    if (!response.complete) throw this.#surroundings.explain(cut())
  }
}

/** Limits the time in which a connection is made, and not that in which a request waits for one to become free. */
function limitConnecting(exchange: ClientRequest): void {
  exchange.once('socket', (socket) => {
    if (!socket.connecting) return
    const tooLate = Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })
    const timer = setTimeout(() => exchange.destroy(tooLate), CONNECT_LIMIT_MS)
    const stop = (): void => clearTimeout(timer)
    socket.once('connect', stop).once('close', stop)
  })
}
