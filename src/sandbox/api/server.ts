import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kubelet } from '../controllers/kubelet.ts'
import {
  badRequest,
  busy,
  Refused,
  failureOf,
  forbidden,
  methodNotAllowed,
  modified,
  noSuchPath,
} from '../failure.ts'
import type { Faults } from '../faults.ts'
import type { AddressPlan } from '../network/address-plan.ts'
import type { Issued } from '../network/certificate.ts'
import { reviewTypes, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { isAllowed, whoAsks } from './access.ts'
import { readBody } from './forms/body.ts'
import { type Call, findObjects, userAgentOf, verbOf } from './call.ts'
import { discovery, openApiV2, openApiV2Type } from './discovery.ts'
import { refuseUpgrade, serveExec } from './pods/exec.ts'
import { writeLog } from './pods/logs.ts'
import { proxyToPod } from './pods/pod-proxy.ts'
import { list, showOne, watch } from './read.ts'
import { review } from './reviews.ts'
import { create, evict, patch, remove, scaleOf, update } from './writing/write.ts'

export interface ApiOptions {
  store: ObjectStore
  plan: AddressPlan
  kubelet: Kubelet
  faults: Faults
  certificate: Issued
  lowestPort: number
  /** Users by their tokens. */
  tokens: ReadonlyMap<string, string>
}

const slowMs = 1000
const notServed = new Set(['attach', 'portforward', 'ephemeralcontainers'])

/** The Kubernetes API, as far as this tool and everyday kubectl need it. */
export class ApiServer {
  readonly #options: ApiOptions
  readonly #server: https.Server
  readonly #sockets = new Set<Socket>()
  readonly #watches = new Set<() => void>()
  #address = { host: '', port: 0 }

  constructor(options: ApiOptions) {
    this.#options = options
    const { cert, key } = options.certificate
    this.#server = https.createServer(
      { cert, key },
      (request, response) => void this.#serve(request, response),
    )
    this.#server.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        void this.#serveUpgrade(request, socket, head),
    )
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /** Rejects when the address is taken. */
  async listen(host: string, port: number): Promise<void> {
    this.#address = { host, port }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  /** Breaks all connections and takes no more until `connect`. */
  disconnect(): void {
    this.#server.close()
    this.#server.closeAllConnections()
    for (const socket of this.#sockets) socket.destroy()
  }

  async connect(): Promise<void> {
    await this.listen(this.#address.host, this.#address.port)
  }

  /** Ends all watches in good order. */
  endWatches(): void {
    for (const end of this.#watches) end()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const warnings: string[] = []
    try {
      if (this.#options.faults.has('slow-api')) await sleep(slowMs)
      await this.#answer(request, response, (text) => warnings.push(text))
    } catch (error) {
      const { status } = failureOf(error)
      const wait = status.details?.retryAfterSeconds
      if (wait !== undefined) response.setHeader('Retry-After', String(wait))
      if (response.headersSent) response.end()
      else send(response, status.code, status, warnings)
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    warn: (text: string) => void,
  ): Promise<void> {
    const { store, tokens, faults } = this.#options
    const { path } = partsOf(request)
    if (['/healthz', '/livez', '/readyz'].includes(path)) {
      response.end('ok')
      return
    }
    whoAsks(request.headers, tokens)
    if (path === '/openapi/v2') {
      response.writeHead(200, { 'Content-Type': openApiV2Type })
      response.end(openApiV2)
      return
    }
    const document = discovery(path, `${this.#address.host}:${this.#address.port}`, store.types)
    if (document !== undefined) {
      send(response, 200, document, [])
      return
    }
    const warnings: string[] = []
    const call = this.#admit(request, (text) => {
      warnings.push(text)
      warn(text)
    })
    const { user } = call
    const body = request.method === 'GET' ? undefined : await readBody(request)
    if (isReview(call)) {
      send(response, 201, review(store, call.type.kind, user, body), [])
      return
    }
    if (['PUT', 'PATCH'].includes(call.method) && faults.strikes('conflict', path))
      throw modified(call.type, call.name ?? '')
    await this.#handle(call, body, response, warnings)
  }

  /** Takes a request about objects apart. Throws Failure when there is no such path, or its user may not ask that. */
  #admit(request: IncomingMessage, warn: (text: string) => void): Call {
    const { tokens, faults } = this.#options
    const { path, query } = partsOf(request)
    const user = whoAsks(request.headers, tokens)
    const where = findObjects(path, this.#options.store.types)
    if (where === undefined) throw noSuchPath()
    const call: Call = {
      ...where,
      method: request.method ?? 'GET',
      query,
      accept: request.headers['accept'] ?? '',
      contentType: request.headers['content-type'] ?? '',
      userAgent: userAgentOf(request),
      user,
      warn,
    }
    const verb = verbOf(call)
    this.#authorize(call, verb)
    // Browsers can only GET a WebSocket, which must not do for running a program (AuthorizePodWebsocketUpgradeCreatePermission).
    if (where.subresource === 'exec' && verb === 'get') this.#authorize(call, 'create')
    if (verb !== 'watch' && faults.strikes('429', `${call.method} ${request.url}`)) throw busy(1)
    return call
  }

  #authorize(call: Call, verb: string): void {
    const { type, name, namespace } = call
    const attempt = {
      ...call,
      verb,
      group: type.group,
      plural: type.plural,
      namespace: type === types.namespaces ? name : namespace,
    }
    if (!isReview(call) && !isAllowed(this.#options.store, attempt)) throw forbidden(attempt)
  }

  /** Requests that go on as another protocol: programs in pods. */
  async #serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => {})
    try {
      if (this.#options.faults.has('slow-api')) await sleep(slowMs)
      const call = this.#admit(request, () => {})
      const { store, kubelet } = this.#options
      if (call.type !== types.pods || call.subresource !== 'exec') throw doesNotDo(call)
      const pod = store.get(types.pods, call.namespace, call.name ?? '')
      const target = kubelet.execTarget(pod)
      await serveExec({ pod, target, query: call.query }, request, socket, head)
    } catch (error) {
      refuseUpgrade(socket, failureOf(error).status)
    }
  }

  async #handle(call: Call, body: unknown, response: ServerResponse, warnings: string[]): Promise<void> {
    const { store, kubelet } = this.#options
    const { type, namespace, name, subresource, method } = call
    if (notServed.has(subresource ?? '')) throw doesNotDo(call)
    if (subresource === 'exec') throw badRequest('Upgrade request required')
    if (method === 'GET' && verbOf(call) === 'watch') {
      this.#watch(call, response)
      return
    }
    if (method === 'GET') {
      if (name === undefined) send(response, 200, list(store, call), [])
      else if (subresource === 'log') {
        const pod = store.get(type, namespace, name)
        await writeLog(pod, kubelet.log(pod), call.query, response)
      } else if (subresource === 'proxy' && type === types.pods)
        await proxyToPod(this.#options, call, response)
      else if (subresource !== undefined && !['status', 'scale'].includes(subresource)) throw noSuchPath()
      else {
        const object = store.get(type, namespace, name)
        send(response, 200, subresource === 'scale' ? scaleOf(object) : showOne(call)(object), [])
      }
      return
    }
    const { code, object } = this.#write(call, body)
    const shown = showOne(call)
    const isPlain = !('kind' in object) || object.kind !== type.kind
    send(response, code, isPlain ? object : shown(object as Parameters<typeof shown>[0]), warnings)
  }

  #write(call: Call, body: unknown): { code: number; object: object } {
    const writer = this.#options
    const { method, subresource, name, type, namespace } = call
    if (method === 'POST')
      return subresource === 'eviction' ? evict(writer, call, body) : create(writer, call, body)
    if (method === 'PUT') return update(writer, call, body)
    if (method === 'PATCH') return patch(writer, call, body)
    if (method !== 'DELETE') throw methodNotAllowed()
    if (name !== undefined) return remove(writer, call, body)
    const { items } = list(writer.store, { ...call, accept: '' }) as {
      items: { metadata: { name: string; namespace?: string } }[]
    }
    for (const { metadata } of items)
      remove(writer, { ...call, name: metadata.name, namespace: metadata.namespace ?? namespace }, body)
    return { code: 200, object: { kind: `${type.kind}List`, apiVersion: 'v1', metadata: {}, items } }
  }

  #watch(call: Call, response: ServerResponse): void {
    const { store } = this.#options
    const end = (): void => void response.end()
    const start = (): void => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.flushHeaders()
    }
    try {
      const watching = watch(store, call, (event) => response.write(`${JSON.stringify(event)}\n`), end)
      start()
      watching.start()
      this.#watches.add(end)
      response.on('close', () => {
        watching.stop()
        this.#watches.delete(end)
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      start()
      response.end(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`)
    }
  }
}

function partsOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, 'https://sandbox')
  return { path: pathname.replace(/\/+$/, ''), query: searchParams }
}

const isReview = ({ type }: Call): boolean => reviewTypes.some((one) => one === type)

const doesNotDo = ({ subresource, type }: Call): Refused =>
  new Refused(501, 'NotImplemented', `the sandbox does not do ${subresource ?? type.plural}`, {})

function send(response: ServerResponse, code: number, body: object, warnings: readonly string[]): void {
  const text = JSON.stringify(body)
  response.writeHead(code, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...(warnings.length === 0
      ? {}
      : { Warning: warnings.map((warning) => `299 - ${JSON.stringify(warning)}`) }),
  })
  response.end(text)
}
