import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { connect, type TLSSocket } from 'node:tls'
import { hostOf, portOf } from '../address.ts'
import { CONNECT_LIMIT_MS, IDLE_LIMIT_MS, KEEP_ALIVE_MS } from '../connection-limits.ts'
import type { CallerIdentity } from '../../credentials/credentials.ts'
import { errorCode } from '../../error-code.ts'
import { cut } from '../connection-problem.ts'
import type { HttpRequest, HttpResponse, ConnectionContext } from './exchange.ts'
import { statusText } from './status-text.ts'

/** Of one answer, and of all on a connection: lists are long, and are read as fast as they come. */
const WINDOW_BYTES = 4 * 1024 * 1024

/** One connection on which many requests are under way at the same time, by HTTP/2 (RFC 9113). */
export class SharedConnection {
  readonly #server: URL
  readonly #surroundings: ConnectionContext
  readonly #session: Promise<ClientHttp2Session | undefined>
  #isGone = false
  #streams = 0
  #lastUse = performance.now()

  /** Begins to connect. */
  constructor(server: URL, identity: CallerIdentity, surroundings: ConnectionContext) {
    this.#server = server
    this.#surroundings = surroundings
    this.#session = this.#open(identity)
    this.#session.catch(() => (this.#isGone = true))
  }

  /** Whether it takes another request. */
  get isUsable(): boolean {
    return !this.#isGone && (this.#streams > 0 || performance.now() - this.#lastUse < IDLE_LIMIT_MS)
  }

  /** Undefined: nothing was sent, as the server speaks HTTP/1.1 only. Rejects as HttpTransport.send does. */
  async send(request: HttpRequest, identity: CallerIdentity): Promise<HttpResponse | undefined> {
    try {
      const session = await unlessAborted(this.#session, request.signal)
      if (session === undefined) return undefined
      return await this.#exchange(session, request, identity)
    } catch (error) {
      request.signal?.throwIfAborted()
      throw this.#surroundings.explain(isOfHttp2(error) ? cut(error) : error)
    }
  }

  async #open(identity: CallerIdentity): Promise<ClientHttp2Session | undefined> {
    const { tlsFor, ending } = this.#surroundings
    const socket = connect({
      ...tlsFor(identity),
      host: hostOf(this.#server),
      port: portOf(this.#server),
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    ending.addEventListener('abort', () => socket.destroy(), { once: true })
    const [http2] = await Promise.all([import('node:http2'), untilSecure(socket)])
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy()
      return undefined
    }
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    const session = http2.connect(this.#server.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    })
    session.setLocalWindowSize(WINDOW_BYTES)
    // Nobody keeps the program alive for a connection that may be used again.
    session.unref()
    const leave = (): void => void (this.#isGone = true)
    // Requests under way learn of it by themselves.
    session.on('error', leave).on('close', leave).on('goaway', leave)
    return session
  }

  async #exchange(
    session: ClientHttp2Session,
    { method, path, headers, body, signal }: HttpRequest,
    identity: CallerIdentity,
  ): Promise<HttpResponse> {
    const prefix = this.#server.pathname.replace(/\/+$/, '')
    const stream = session.request(
      {
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        ...(identity.authorization ? { authorization: identity.authorization } : {}),
        ':method': method,
        ':path': prefix + path,
      },
      { endStream: body === undefined },
    )
    this.#streams += 1
    session.ref()
    const abort = (): void => {
      // Perhaps the answer does not come because nothing comes any more.
      this.#isGone = true
      stream.destroy(new Error('aborted'))
    }
    signal?.addEventListener('abort', abort, { once: true })
    stream.once('close', () => {
      signal?.removeEventListener('abort', abort)
      this.#lastUse = performance.now()
      this.#streams -= 1
      if (this.#streams > 0) return
      session.unref()
      if (this.#isGone) session.close()
    })
    // Read as it comes: what a stream holds when it is closed may be lost (Bun).
    const chunks = arriving(stream)
    if (body !== undefined) stream.end(body)
    const head = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      stream.once('response', resolve).once('error', reject)
      stream.once('close', () => reject(cut()))
    })
    const { ':status': code, ...rest } = head
    const status = Number(code)
    return { status, statusText: statusText(status), headers: rest, body: this.#read(chunks, signal) }
  }

  async *#read(
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* chunks
    } catch (error) {
      signal?.throwIfAborted()
      throw this.#surroundings.explain(error)
    }
  }
}

/** What a stream brings, from now on. Answers are read to their end, so nobody holds the server back. */
function arriving(stream: ClientHttp2Stream): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = []
  let end: { error?: Error } | undefined
  let wake = (): void => undefined
  const stop = (error?: Error): void => {
    end ??= error === undefined ? {} : { error }
    wake()
  }
  stream.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk)
    wake()
  })
  stream.once('end', () => (stream.aborted || stream.rstCode !== 0 ? stop(cut()) : stop()))
  stream.on('error', (error) => stop(cut(error))).once('close', () => stop(cut()))
  return (async function* () {
    for (;;) {
      yield* chunks.splice(0)
      if (chunks.length > 0) continue
      if (end?.error !== undefined) throw end.error
      if (end !== undefined) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  })()
}

async function untilSecure(socket: TLSSocket): Promise<void> {
  const tooLate = Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })
  const timer = setTimeout(() => socket.destroy(tooLate), CONNECT_LIMIT_MS)
  socket.once('connect', () => clearTimeout(timer))
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.on('error', reject)
      socket.once('close', () => reject(cut()))
    })
  } finally {
    clearTimeout(timer)
  }
}

function isOfHttp2(error: unknown): boolean {
  return errorCode(error).startsWith('ERR_HTTP2_')
}

/** Whoever gives up need not wait for a connection that others wait for as well. */
async function unlessAborted<T>(waiting: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await waiting
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([waiting, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
