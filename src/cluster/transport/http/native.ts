import type { CallerIdentity } from '../../credentials/credentials.ts'
import { cut } from '../connection-problem.ts'
import { IDLE_LIMIT_MS } from '../connection-limits.ts'
import type { HttpRequest, HttpResponse, SecureOptions, ConnectionContext } from './exchange.ts'
import { statusText } from './status-text.ts'

/** A first answer that takes longer is left to connections that have limits for each step. */
const FIRST_ANSWER_MS = 5000

/** What Bun's `fetch` takes beside the standard's. */
interface NativeInit extends RequestInit {
  protocol: 'http2'
  tls: Omit<SecureOptions, 'servername'> & { serverName?: string }
  timeout: false
}

/**
 * HTTP/2 by Bun's own client, which needs none of the sockets, streams and frames in JavaScript that Node's modules are made of
 * (docs/decisions/005-start-up.md). It has no limit for connecting and names failures in its own way: what fails before it may
 * have changed anything is left to SharedConnection.
 */
export class NativeConnection {
  readonly #base: string
  readonly #tls: NativeInit['tls']
  readonly #surroundings: ConnectionContext
  readonly #leaving = new AbortController()
  readonly #trial: NodeJS.Timeout
  #isProven = false
  #isGone = !('Bun' in globalThis)
  #lastUse = performance.now()

  constructor(server: URL, identity: CallerIdentity, surroundings: ConnectionContext) {
    const { servername, ...tls } = surroundings.tlsFor(identity)
    this.#base = server.origin + server.pathname.replace(/\/+$/, '')
    this.#tls = { ...tls, ...(servername === undefined ? {} : { serverName: servername }) }
    this.#surroundings = surroundings
    this.#trial = setTimeout(() => this.#leaving.abort(), FIRST_ANSWER_MS)
    this.#trial.unref()
    surroundings.ending.addEventListener('abort', () => this.#leaving.abort(), { once: true })
  }

  /** Undefined: nothing was changed, and another connection has to do it. Rejects as HttpTransport.send does. */
  async send(
    { method, path, headers, body, signal }: HttpRequest,
    identity: CallerIdentity,
  ): Promise<HttpResponse | undefined> {
    const isRead = method === 'GET'
    this.#isGone ||= performance.now() - this.#lastUse > IDLE_LIMIT_MS
    // `fetch` writes what a header has several of in one line, which is not the same to an API server.
    const lines = Object.entries(headers).filter(
      (line): line is [string, string] => typeof line[1] === 'string',
    )
    if (this.#isGone || !(this.#isProven || isRead) || lines.length < Object.keys(headers).length)
      return undefined
    const leaving = this.#leaving.signal
    const init: NativeInit = {
      method,
      headers: {
        ...Object.fromEntries(lines),
        ...(identity.authorization ? { authorization: identity.authorization } : {}),
        'accept-encoding': 'identity',
      },
      signal: signal === undefined ? leaving : AbortSignal.any([signal, leaving]),
      redirect: 'manual',
      protocol: 'http2',
      tls: this.#tls,
      timeout: false,
      ...(body === undefined ? {} : { body }),
    }
    try {
      const answer = await fetch(this.#base + path, init)
      this.#isProven = true
      clearTimeout(this.#trial)
      const { status } = answer
      const cookies = answer.headers.getSetCookie()
      return {
        status,
        statusText: statusText(status),
        headers: {
          ...Object.fromEntries(answer.headers),
          ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
        },
        body: this.#read(answer.body, signal),
      }
    } catch (error) {
      this.#isGone = true
      this.#throwIfOver(signal)
      if (isRead) return undefined
      throw this.#surroundings.explain(cut(error))
    }
  }

  async *#read(
    body: AsyncIterable<Uint8Array> | null,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (body !== null) yield* body
      this.#lastUse = performance.now()
    } catch (error) {
      this.#isGone = true
      this.#throwIfOver(signal)
      throw this.#surroundings.explain(cut(error))
    }
  }

  #throwIfOver(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    this.#surroundings.ending.throwIfAborted()
  }
}
