import { forwarderTo } from '../address.ts'
import { connectionError } from '../connection-problem.ts'
import type { CallerIdentity } from '../../credentials/credentials.ts'
import { type ConnectionError, KubeconfigError } from '../../answers/errors.ts'
import type { HttpRequest, HttpResponse, SecureOptions, ConnectionContext } from './exchange.ts'
import type { Http1 } from './http1.ts'
import type { SharedConnection } from './http2.ts'
import { NativeConnection } from './native.ts'
import type { Connection } from '../../kubeconfig/resolve.ts'

/**
 * The connections to one server. One exchange at a time knows nothing of retries, users or JSON.
 *
 * Requests that are answered at once share one connection by HTTP/2, as kubectl's do: setting up another one (TLS)
 * costs both sides more than the request. Whatever lasts has an HTTP/1.1 connection to itself, and so has every
 * request where there is a proxy, no TLS, or a server without HTTP/2.
 */
export class HttpTransport {
  readonly #connection: Connection
  readonly #proxy: URL | undefined
  readonly #isShared: boolean
  /** By client certificate, since a connection belongs to the identity that opened it. */
  readonly #native = new Map<string, NativeConnection>()
  readonly #shared = new Map<string, SharedConnection>()
  #http1: Promise<Http1> | undefined
  readonly #ending = new AbortController()
  readonly #surroundings: ConnectionContext

  constructor(connection: Connection, proxy: URL | undefined, http2: boolean) {
    checkAuthority(connection)
    this.#connection = connection
    this.#proxy = proxy
    this.#isShared = http2 && connection.server.protocol === 'https:' && proxy === undefined
    this.#surroundings = {
      tlsFor: (identity) => secureOptions(connection, identity),
      explain: (error) => this.#explain(error),
      ending: this.#ending.signal,
    }
  }

  /** Rejects with ConnectionError, or with the reason of the signal. */
  async send(request: HttpRequest, identity: CallerIdentity): Promise<HttpResponse> {
    request.signal?.throwIfAborted()
    this.#ending.signal.throwIfAborted()
    if (this.#isShared && request.lasting !== true) {
      const response =
        (await this.#nativeBy(identity).send(request, identity)) ??
        (await (await this.#sharedBy(identity)).send(request, identity))
      if (response !== undefined) return response
    }
    this.#http1 ??= this.#loadHttp1()
    return await (await this.#http1).send(request, identity)
  }

  /** Closes all connections, also those in use, and refuses new ones. */
  close(): void {
    this.#ending.abort(new Error('the connection to the cluster was closed'))
  }

  #nativeBy(identity: CallerIdentity): NativeConnection {
    const key = identity.cert ?? ''
    const known = this.#native.get(key)
    if (known !== undefined) return known
    const native = new NativeConnection(this.#connection.server, identity, this.#surroundings)
    this.#native.set(key, native)
    return native
  }

  async #sharedBy(identity: CallerIdentity): Promise<SharedConnection> {
    const { SharedConnection } = await import('./http2.ts')
    const key = identity.cert ?? ''
    const known = this.#shared.get(key)
    if (known?.isUsable === true) return known
    const shared = new SharedConnection(this.#connection.server, identity, this.#surroundings)
    this.#shared.set(key, shared)
    return shared
  }

  async #loadHttp1(): Promise<Http1> {
    const { Http1 } = await import('./http1.ts')
    return new Http1(this.#connection.server, this.#proxy, this.#surroundings)
  }

  #explain(error: unknown): ConnectionError {
    const { server, guessed } = this.#connection
    return connectionError(error, forwarderTo(server, this.#proxy) ?? server, guessed)
  }
}

function secureOptions({ ca, verify, serverName }: Connection, identity: CallerIdentity): SecureOptions {
  return {
    rejectUnauthorized: verify,
    ...(verify ? { ca: ca ?? systemAuthorities() } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(identity.cert === undefined ? {} : { cert: identity.cert, key: identity.key }),
  }
}

function checkAuthority({ ca, verify }: Connection): void {
  if (verify && ca !== undefined && !ca.includes('-----BEGIN '))
    throw new KubeconfigError('error: unable to load root certificates: unable to parse bytes as PEM block', {
      hint: 'They are the certificate-authority of the cluster in the kubeconfig.',
    })
}

/** kubectl trusts what the system trusts (SSL_CERT_FILE included); Node and Bun by themselves only their own list. */
function systemAuthorities(): string[] {
  // Not loaded otherwise: it brings sockets and streams.
  const { getCACertificates } = process.getBuiltinModule('node:tls')
  return [...new Set([...getCACertificates('system'), ...getCACertificates('default')])]
}
