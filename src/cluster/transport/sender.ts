import type { Credentials } from '../credentials/credentials.ts'
import { isReset } from './connection-problem.ts'
import { ConnectionError } from '../answers/errors.ts'
import type { HttpTransport } from './http/http.ts'
import type { HttpRequest, HttpResponse } from './http/exchange.ts'
import type { RequestLog } from './request-log.ts'
import { wait } from './wait.ts'

/** As often as client-go asks again when told to. */
const MOST_RETRIES = 10

interface SenderOptions {
  transport: HttpTransport
  credentials: Credentials
  log: RequestLog
  warn: (text: string) => void
  /** Go out with every request. */
  headers: Readonly<Record<string, string | string[]>>
  /** The server's address, for the log. */
  origin: string
}

/**
 * Sends requests as a user, and again where that is safe: with new credentials after a 401, after the pause
 * that the server asks for when it is busy (429, 5xx with Retry-After), and once on a new connection when one
 * that was kept open turns out to be dead.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #warned = new Set<string>()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /**
   * `repeatable`: sending it twice does no more than sending it once.
   * Rejects with ConnectionError, KubeconfigError (credentials) or the signal's reason.
   */
  async send(request: HttpRequest, repeatable: boolean): Promise<HttpResponse> {
    let renewed = false
    let reconnected = false
    for (let retries = 0; ; retries++) {
      let response: HttpResponse
      try {
        response = await this.#once(request)
      } catch (error) {
        if (reconnected || !repeatable || !(error instanceof ConnectionError && isReset(error.cause)))
          throw error
        reconnected = true
        continue
      }
      if (response.status === 401 && !renewed && this.#options.credentials.renew()) {
        renewed = true
        await discard(response)
        continue
      }
      const pause = retries < MOST_RETRIES ? retryAfter(response) : undefined
      if (pause === undefined) return response
      await discard(response)
      await wait(pause, request.signal)
    }
  }

  async #once(request: HttpRequest): Promise<HttpResponse> {
    const { transport, credentials, log, origin } = this.#options
    const identity = await credentials.current()
    const sent = { ...request, headers: { ...this.#options.headers, ...request.headers } }
    const url = origin + request.path
    const shown = {
      ...sent.headers,
      ...(identity.authorization ? { authorization: identity.authorization } : {}),
    }
    log.request(request.method, url, shown, request.body)
    const start = performance.now()
    try {
      const response = await transport.send(sent, identity)
      const status = `${response.status} ${response.statusText}`.trim()
      log.response(request.method, url, status, response.headers, performance.now() - start)
      this.#warnOf(response)
      return response
    } catch (error) {
      log.failure(request.method, url, error, performance.now() - start)
      throw error
    }
  }

  #warnOf({ headers }: HttpResponse): void {
    for (const text of parseWarnings(headers['warning'])) {
      if (this.#warned.has(text)) continue
      this.#warned.add(text)
      this.#options.warn(text)
    }
  }
}

/** Milliseconds to wait before asking again; undefined when the server did not ask for that. */
function retryAfter({ status, headers }: HttpResponse): number | undefined {
  if (status !== 429 && status < 500) return undefined
  const seconds = Number(headers['retry-after'] ?? 'none')
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** Reads the rest, so that the connection can be used again. */
async function discard({ body }: HttpResponse): Promise<void> {
  const reading = body[Symbol.asyncIterator]()
  while (!(await reading.next()).done);
}

/** The texts of a `Warning` header: only code 299 is for people (RFC 7234, and Kubernetes uses no other). */
function parseWarnings(header: string | string[] | undefined): string[] {
  const text = [header ?? []].flat().join(', ')
  return [...text.matchAll(/(\d{3}) \S+ "((?:[^"\\]|\\.)*)"/g)]
    .filter(([, code]) => code === '299')
    .map(([, , quoted = '']) => quoted.replaceAll(/\\(.)/g, '$1'))
}
