import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { getCACertificates } from 'node:tls'
import { connectionError } from './connection-problem.ts'
import type { Identity } from './credentials/credentials.ts'
import { ConnectionError } from './errors.ts'
import type { Connection } from './kubeconfig/resolve.ts'
import { TunnelHttpAgent, TunnelHttpsAgent } from './proxy/agents.ts'
import { hostOf, portOf, proxyAuthorization } from './proxy/tunnel.ts'

/** As long as client-go waits for a connection. */
const CONNECT_LIMIT_MS = 30_000
/** Finds out that the other side is gone without a word, though neither side has anything to say. */
const KEEP_ALIVE_MS = 15_000
/** Connections are not used again after idling this long: API servers drop them after 90 s, proxies sooner. */
const IDLE_LIMIT_MS = 55_000

export interface HttpRequest {
  method: string
  /** With the query, below the server's own path. */
  path: string
  headers: Readonly<Record<string, string | string[]>>
  body?: string | undefined
  signal?: AbortSignal | undefined
}

export interface HttpResponse {
  status: number
  statusText: string
  headers: IncomingHttpHeaders
  /** Leaving the iteration closes the connection. Rejects with ConnectionError when the answer is cut. */
  body: AsyncIterable<Uint8Array>
  /** With status 101: the connection, which now speaks the protocol that was asked for, and its first bytes. */
  upgraded?: { socket: Duplex; head: Uint8Array }
}

/** The connections to one server. One exchange at a time knows nothing of retries, users or JSON. */
export class HttpTransport {
  readonly #connection: Connection
  readonly #proxy: URL | undefined
  readonly #agents = new Map<string, HttpAgent>()
  readonly #prefix: string
  /** Connections that left their pool. */
  readonly #upgraded = new Set<Duplex>()
  #closed = false
  /** Plain http is not tunnelled: the proxy is asked for the whole URL. */
  readonly #forwarder: URL | undefined

  constructor(connection: Connection, proxy: URL | undefined) {
    this.#connection = connection
    this.#proxy = proxy
    const { server } = connection
    this.#forwarder = server.protocol === 'http:' && proxy?.protocol.startsWith('http') ? proxy : undefined
    this.#prefix = server.pathname.replace(/\/+$/, '')
  }

  /** Rejects with ConnectionError, or with the reason of the signal. */
  async send(request: HttpRequest, identity: Identity): Promise<HttpResponse> {
    const { signal } = request
    signal?.throwIfAborted()
    if (this.#closed) throw new Error('the connection to the cluster was closed')
    return await new Promise((resolve, reject) => {
      const exchange = this.#open(request, identity)
      const abort = (): void => void exchange.destroy(new Error('aborted'))
      signal?.addEventListener('abort', abort, { once: true })
      const timer = connectTimer(exchange)
      exchange.once('response', (response) => {
        clearTimeout(timer)
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
        clearTimeout(timer)
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
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        reject(signal?.aborted ? signal.reason : this.#explain(error))
      })
      exchange.end(request.body)
    })
  }

  /** Closes all connections, also those in use, and refuses new ones. */
  close(): void {
    this.#closed = true
    for (const agent of this.#agents.values()) agent.destroy()
    for (const socket of this.#upgraded) socket.destroy()
    this.#agents.clear()
  }

  #open({ method, path, headers }: HttpRequest, identity: Identity): ClientRequest {
    const { server } = this.#connection
    const secure = server.protocol === 'https:'
    const options: RequestOptions = {
      method,
      host: hostOf(server),
      port: portOf(server),
      path: this.#prefix + path,
      headers: { ...headers, ...(identity.authorization ? { authorization: identity.authorization } : {}) },
      agent: this.#agentFor(identity),
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

  /** A pool per client certificate, since a connection belongs to the identity that opened it. */
  #agentFor(identity: Identity): HttpAgent {
    const key = identity.cert ?? ''
    const known = this.#agents.get(key)
    if (known) return known
    const { server, ca, verify, serverName } = this.#connection
    const pool = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, timeout: IDLE_LIMIT_MS }
    const tls = {
      ...pool,
      rejectUnauthorized: verify,
      ...(verify ? { ca: ca ?? systemAuthorities() } : {}),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(identity.cert === undefined ? {} : { cert: identity.cert, key: identity.key }),
    }
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
      throw this.#explain(error)
    }
    signal?.throwIfAborted()
    if (!response.complete) throw this.#explain(Object.assign(new Error('cut'), { code: 'ECONNRESET' }))
  }

  #explain(error: unknown): ConnectionError {
    return connectionError(error, this.#forwarder ?? this.#connection.server, this.#connection.guessed)
  }
}

/** kubectl trusts what the system trusts (SSL_CERT_FILE included); Node and Bun by themselves only their own list. */
function systemAuthorities(): string[] {
  return [...new Set([...getCACertificates('system'), ...getCACertificates('default')])]
}

function connectTimer(exchange: ClientRequest): NodeJS.Timeout | undefined {
  const timer = setTimeout(() => {
    exchange.destroy(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' }))
  }, CONNECT_LIMIT_MS)
  exchange.once('socket', (socket) => {
    if (!socket.connecting) return clearTimeout(timer)
    socket.once('connect', () => clearTimeout(timer))
  })
  return timer
}
