import type { KubernetesList, Status } from '../model/cluster/kubernetes.ts'
import { ApiError, ConnectionError } from './answers/errors.ts'
import type { HttpResponse } from './transport/http/exchange.ts'
import { mostAnswerBytes, readAnswer } from './answers/door.ts'
import { limited, type TimeLimit } from './transport/limit.ts'
import type { Connection } from './kubeconfig/resolve.ts'
import { listItems } from './answers/paging.ts'
import type { RequestLog } from './transport/request-log.ts'
import type { Sender } from './transport/sender.ts'
import { isAboutObject, isStatus, statusOf } from './answers/status.ts'
import type {
  ServerAnswer,
  CallOptions,
  Cluster,
  DeleteOptions,
  Patch,
  Query,
  Upgraded,
  UpgradeOptions,
} from './types.ts'

/** An API server gives up on an ordinary request after a minute; an answer that is later than that never comes. */
const SILENCE_LIMIT_MS = 75_000

const PATCH_TYPES = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const

interface Call {
  method: string
  path: string
  query?: Query | undefined
  accept?: string | undefined
  body?: unknown
  contentType?: string
  /** Sending it twice does no more than sending it once. */
  repeatable: boolean
  /** An application answers, as it likes; the server refuses with a Status of its own. */
  ofPod?: boolean
  /** The answer goes on for long. */
  lasting?: boolean
}

/** The Cluster of one connection. */
export class Client implements Cluster {
  readonly contextName: string | undefined
  readonly server: string
  readonly namespace: string
  readonly #sender: Sender
  readonly #log: RequestLog
  readonly #timeoutMs: number | undefined
  readonly #userName: string
  readonly #close: () => void

  constructor(connection: Connection, sender: Sender, log: RequestLog, close: () => void) {
    this.contextName = connection.contextName
    this.server = connection.server.href.replace(/\/$/, '')
    this.namespace = connection.namespace
    this.#timeoutMs = connection.timeoutMs
    this.#userName = connection.userName
    this.#sender = sender
    this.#log = log
    this.#close = close
  }

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    const { query, accept } = options
    return this.#json<T>({ method: 'GET', path, query, accept, repeatable: true }, options)
  }

  async text(path: string, options: CallOptions = {}): Promise<string> {
    return (await this.#answer({ method: 'GET', path, query: options.query, repeatable: true }, options)).body
  }

  answer(path: string, options: CallOptions = {}): Promise<ServerAnswer> {
    return this.#answer({ method: 'GET', path, repeatable: true, ofPod: true }, options)
  }

  list<T extends object>(path: string, options: CallOptions = {}): AsyncGenerator<T, void, undefined> {
    return listItems((query) => this.get<KubernetesList<T>>(path, { ...options, query }), options.query)
  }

  create<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.#json<T>({ method: 'POST', path, query: options.query, body, repeatable: false }, options)
  }

  patch<T>(path: string, patch: Patch, options: CallOptions = {}): Promise<T> {
    const query = {
      ...(patch.fieldManager === undefined ? {} : { fieldManager: patch.fieldManager }),
      ...(patch.type === 'apply' && patch.force !== undefined ? { force: patch.force } : {}),
      ...options.query,
    }
    const contentType = PATCH_TYPES[patch.type]
    const call = {
      method: 'PATCH',
      path,
      query,
      body: patch.body,
      contentType,
      repeatable: patch.type === 'apply',
    }
    return this.#json<T>(call, options)
  }

  delete<T>(path: string, options: DeleteOptions = {}): Promise<T> {
    const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun = false } = options
    const body = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy,
      gracePeriodSeconds,
      preconditions,
      dryRun: dryRun ? ['All'] : undefined,
    }
    return this.#json<T>({ method: 'DELETE', path, query: options.query, body, repeatable: true }, options)
  }

  async stream(path: string, options: CallOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const limit = this.#limit(options)
    try {
      const { body } = await this.#send(
        { method: 'GET', path, query: options.query, repeatable: true, lasting: true },
        limit,
      )
      limit.lift()
      return released(body, limit)
    } catch (error) {
      limit.stop()
      throw limit.explain(error)
    }
  }

  async upgrade(path: string, options: UpgradeOptions): Promise<Upgraded> {
    const { parameters, headers } = options
    const limit = this.#limit(options)
    try {
      const search = new URLSearchParams([...parameters]).toString()
      const request = {
        method: 'GET',
        path: `${path}?${search}`,
        headers: { ...headers, Connection: 'Upgrade' },
        signal: limit.signal,
        lasting: true,
      }
      const response = await this.#sender.send(request, false)
      const { upgraded } = response
      if (upgraded !== undefined) return { ...upgraded, headers: response.headers }
      throw await this.#failure(response, { verb: 'GET', path }, limit)
    } catch (error) {
      throw limit.explain(error)
    } finally {
      limit.stop()
    }
  }

  close(): void {
    this.#close()
  }

  async #json<T>(call: Call, options: CallOptions): Promise<T> {
    const { method, path } = call
    const { body } = await this.#answer(call, options)
    return readAnswer(body, { method, path, server: this.server }) as T
  }

  async #answer(call: Call, options: CallOptions): Promise<ServerAnswer> {
    const limit = this.#limit(options)
    try {
      const { status, statusText, headers, body } = await this.#send(call, limit)
      const text = await textOf(body, limit)
      this.#log.body(text)
      if (status >= 400 && isStatus(text))
        throw new ApiError(statusOf(status, statusText, text), { verb: call.method, path: call.path })
      const all = Object.entries(headers).flatMap(([name, values = []]) =>
        [values].flat().map((value) => [name, value] as const),
      )
      return { status, headers: all, body: text }
    } catch (error) {
      throw limit.explain(error)
    } finally {
      limit.stop()
    }
  }

  async #send(call: Call, limit: TimeLimit) {
    const {
      method,
      body,
      accept = 'application/json',
      contentType = 'application/json',
      lasting = false,
    } = call
    const path = call.path + queryString(call.query)
    const headers = {
      Accept: accept,
      ...(body === undefined ? {} : { 'Content-Type': contentType }),
    }
    const text = body === undefined ? undefined : JSON.stringify(body)
    const request = {
      method,
      path,
      headers:
        text === undefined ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(text)) },
      body: text,
      signal: limit.signal,
      lasting,
    }
    const response = await this.#sender.send(request, call.repeatable)
    if (call.ofPod === true || (response.status >= 200 && response.status < 300)) return response
    throw await this.#failure(response, { verb: method, path: call.path }, limit)
  }

  async #failure(
    response: HttpResponse,
    request: { verb: string; path: string },
    limit: TimeLimit,
  ): Promise<ApiError | ConnectionError> {
    const answer = await textOf(response.body, limit)
    this.#log.body(answer)
    if (response.status === 404 && isCore(request.path) && !isAboutObject(answer)) return this.#wrongPath()
    const status = statusOf(response.status, response.statusText, answer)
    return new ApiError(status, request, this.#hintFor(status))
  }

  /** The core API is everywhere: it is not the object that is missing. In kubectl's words. */
  #wrongPath(): ConnectionError {
    return new ConnectionError(
      'protocol',
      'Error from server (NotFound): the server could not find the requested resource',
      {
        hint: `There is no Kubernetes API at ${this.server}: look at the path in the address of the server.`,
      },
    )
  }

  #hintFor({ code, message = '' }: Status): string | undefined {
    if (code === 401) {
      const user = this.#userName ? ` "${this.#userName}"` : ''
      return `The credentials of the user${user} in the kubeconfig have expired or are wrong: log in again.`
    }
    if (message.includes('HTTP request to an HTTPS server'))
      return 'Write https:// in the address of the server.'
    return undefined
  }

  #limit({ signal, timeoutMs = this.#timeoutMs }: CallOptions): TimeLimit {
    return timeoutMs
      ? limited(signal, timeoutMs, 'total', this.server)
      : limited(signal, SILENCE_LIMIT_MS, 'silence', this.server)
  }
}

/** Below pods/proxy and services/proxy an application answers. */
const isCore = (path: string): boolean => path.startsWith('/api/v1/') && !path.includes('/proxy')

/** A body that may go on for ever; the caller's signal ends it. */
async function* released(
  body: AsyncIterable<Uint8Array>,
  limit: TimeLimit,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body
  } catch (error) {
    throw limit.explain(error)
  } finally {
    limit.stop()
  }
}

async function textOf(body: AsyncIterable<Uint8Array>, limit: TimeLimit): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    limit.progress()
    size += chunk.length
    if (size > mostAnswerBytes)
      throw new ConnectionError(
        'protocol',
        `error: an answer has more than ${mostAnswerBytes / 2 ** 20} MiB`,
        {
          hint: 'Something other than a Kubernetes API server answers at this address.',
        },
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function queryString(query: Query | undefined): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.append(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
