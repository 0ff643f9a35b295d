import http2 from 'node:http2'
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import net, { type Socket } from 'node:net'
import tls from 'node:tls'
import type { Duplex, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Issued } from '../../network/certificate.ts'
import { type AddressPlan, openPort } from '../../network/address-plan.ts'
import type { Container, ContainerOptions } from '../../pods/container.ts'
import { ContainerLog } from '../../pods/log.ts'
import { nameOf, type Server } from './choice/balance.ts'

/** A request, as far as it says where it should go. */
export interface AskedRequest {
  method: string
  /** In lower case, without a port. */
  host: string
  /** Without what follows a question mark. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  /** By TLS. */
  isSecure: boolean
  /** The address at the other end of its connection. */
  client: string
  /** Both ends of its connection. */
  connection: string
}

type Header = readonly [name: string, value: string]

/** What the proxy answers by itself. */
export interface OwnAnswer {
  status: number
  body: string
  headers?: readonly Header[]
}

/** A server for a request, and what is added to its answer. */
export interface Choice {
  server: Server
  headers?: readonly Header[]
}

/** A request that is passed on. */
export interface Forward {
  /** What the server is asked for, unless it is what was asked. */
  path?: string
  /** To how many servers it is tried to connect. */
  tries: number
  choose: (failed: readonly Server[]) => Choice | undefined
  /** Where there is nobody to choose from. */
  nobody: OwnAnswer
}

export type Router = (asked: AskedRequest) => Forward | OwnAnswer

/** Headers of one connection, which no proxy passes on (RFC 9110, 7.6.1). */
const ofConnection =
  /^(:.*|host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|x-forwarded-(for|proto|host))$/i

/**
 * NGINX and Envoy have a worker for each processor, with connections of its own to what is behind. Who sends to a cluster IP
 * is led to a pod by each of these connections, so that few workers would often mean one pod.
 */
const workers = 16

const failure: OwnAnswer = { status: 502, body: 'Bad Gateway\n' }

/** What a proxy does with requests. */
export interface GatewayServing {
  router: Router
  /** It speaks HTTP/2 without TLS as well. */
  isBilingual: boolean
  /** By what it is known over TLS, at its ports called `https…` and `websecure`: for a name, or where none is asked for. */
  certificate?: (name: string | undefined) => Issued | undefined
}

/** A program of a pod that passes HTTP on, request by request, from the pod's own address. */
export function startProxy(
  options: ContainerOptions,
  { router, isBilingual, certificate }: GatewayServing,
): Container {
  const { podIp, ports, lowestPort, plan } = options
  const log = new ContainerLog()
  const end = Promise.withResolvers<number>()
  const agents = Array.from({ length: workers }, () => new http.Agent({ keepAlive: true }))
  const pools = new WeakMap<object, http.Agent>()
  const sender = { plan, lowestPort, own: plan.physical(podIp) }
  /** The worker that a client's connection has got. */
  const poolOf = (socket: object): http.Agent => {
    const pool = pools.get(socket) ?? agents[Math.floor(Math.random() * workers)]!
    pools.set(socket, pool)
    return pool
  }
  const servers = ports.map(({ name = '', containerPort }) => {
    const answer = (request: Incoming, response: Response): void =>
      void serve(request, response, router, { ...sender, agent: poolOf(request.socket) }).then(
        (line) => log.write(`${line}\n`),
        (error: unknown) => {
          log.write(`${String(error)}\n`)
          response.destroy()
        },
      )
    const server = http.createServer(answer)
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      serveUpgrade(request, socket, head, router, { ...sender, agent: poolOf(socket) }),
    )
    server.on('error', (error) => {
      log.write(`${error.message}\n`)
      end.resolve(1)
    })
    const isSecure = certificate !== undefined && /^https|secure$/.test(name)
    const door = isSecure
      ? secureDoor(certificate, answer, end.promise)
      : isBilingual
        ? doorOf(server, http2.createServer(answer), end.promise)
        : server
    door.listen(openPort(containerPort, lowestPort), sender.own)
    return { door, server }
  })
  const ended = end.promise.then((code) => {
    for (const { door, server } of servers) {
      door.close()
      server.closeAllConnections()
    }
    for (const agent of agents) agent.destroy()
    log.end()
    return code
  })
  return { log, ended, stop: () => end.resolve(143) }
}

/** Without TLS it is the first bytes that say which version a client speaks (RFC 9113, 3.3). */
function doorOf(first: http.Server, second: http2.Http2Server, ended: Promise<unknown>): net.Server {
  const door = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('readable', () => {
      const bytes: Buffer | null = socket.read()
      if (bytes === null) return
      socket.unshift(bytes)
      const server = bytes.toString('latin1', 0, 3) === 'PRI' ? second : first
      server.emit('connection', socket)
    })
  })
  second.on('sessionError', () => {})
  second.on('session', (session) => void ended.then(() => session.destroy()))
  return door
}

/** Over TLS the client and this side agree on a version (ALPN). */
function secureDoor(
  certificate: NonNullable<GatewayServing['certificate']>,
  answer: (request: Incoming, response: Response) => void,
  ended: Promise<unknown>,
): net.Server {
  const options: http2.SecureServerOptions = {
    ...certificate(undefined),
    allowHTTP1: true,
    SNICallback: (name, callback) => {
      const issued = certificate(name)
      if (issued === undefined) callback(new Error(`no certificate for ${name}`))
      else callback(null, tls.createSecureContext(issued))
    },
  }
  const server = http2.createSecureServer(options, answer)
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('sessionError', () => {})
  void ended.then(() => [...sockets].map((socket) => socket.destroy()))
  return server
}

type Incoming = IncomingMessage | http2.Http2ServerRequest
type Response = Writable & { writeHead(status: number, headers: string[]): unknown }

interface Sender {
  agent: http.Agent
  plan: AddressPlan
  lowestPort: number
  /** Where connections come from. */
  own: string
}

/** Resolves with a line for the log. */
async function serve(request: Incoming, response: Response, router: Router, sender: Sender): Promise<string> {
  const asked = askedOf(request, sender.plan)
  const body = await buffer(request)
  const decision = router(asked)
  const line = `${asked.client} "${asked.method} ${asked.host}${request.url ?? '/'}"`
  if (!('choose' in decision)) {
    write(response, decision)
    return `${line} ${decision.status}`
  }
  const failed: Server[] = []
  let added: readonly Header[] = []
  while (failed.length < decision.tries) {
    const choice = decision.choose(failed)
    if (choice === undefined) break
    added = choice.headers ?? added
    const outgoing = outgoingOf(request, asked, decision)
    const answer = await send(choice.server, outgoing, body, sender)
    if (answer === undefined) {
      failed.push(choice.server)
      continue
    }
    response.writeHead(answer.statusCode ?? 502, [
      ...kept(answer.rawHeaders).flat(),
      ...added.flatMap(([name, value]) => [name, value]),
    ])
    answer.pipe(response)
    answer.on('error', () => response.destroy())
    return `${line} ${answer.statusCode ?? 0} ${nameOf(choice.server)}`
  }
  const { status, body: text, headers = [] } = failed.length > 0 ? failure : decision.nobody
  write(response, { status, body: text, headers: [...headers, ...added] })
  return `${line} ${status}`
}

function askedOf(
  { method = 'GET', url = '/', headers: said, socket }: Incoming,
  plan: AddressPlan,
): AskedRequest {
  const headers = { ...said, host: said.host ?? said[':authority']?.toString() ?? '' }
  const [path = '/', query = ''] = url.split('?')
  const client = plan.logical(socket.remoteAddress ?? '')
  return {
    method,
    host: headers.host.toLowerCase().replace(/:\d+$/, ''),
    path,
    query: new URLSearchParams(query),
    headers,
    // Bun says false where Node has no such property.
    isSecure: 'encrypted' in socket && socket.encrypted,
    client,
    connection: `${client}:${socket.remotePort ?? 0} ${socket.localAddress ?? ''}:${socket.localPort ?? 0}`,
  }
}

interface Outgoing {
  method: string
  path: string
  headers: Record<string, string | string[]>
}

function outgoingOf({ url = '/', rawHeaders }: Incoming, asked: AskedRequest, { path }: Forward): Outgoing {
  const search = url.includes('?') ? url.slice(url.indexOf('?')) : ''
  const before = asked.headers['x-forwarded-for']
  const from = before === undefined ? asked.client : `${String(before)}, ${asked.client}`
  return {
    method: asked.method,
    path: path === undefined ? url : path + search,
    headers: {
      ...byName(kept(rawHeaders)),
      Host: asked.headers.host ?? '',
      'X-Forwarded-For': from,
      'X-Forwarded-Proto': asked.isSecure ? 'https' : 'http',
      'X-Forwarded-Host': asked.headers.host ?? '',
    },
  }
}

function byName(headers: readonly Header[]): Record<string, string | string[]> {
  const groups = Map.groupBy(headers, ([name]) => name)
  return Object.fromEntries(
    [...groups].map(([name, all]) => [
      name,
      all.length === 1 ? (all[0]?.[1] ?? '') : all.map(([, value]) => value),
    ]),
  )
}

/** What is passed on. */
function kept(rawHeaders: readonly string[]): Header[] {
  return pairsOf(rawHeaders).filter(([name]) => !ofConnection.test(name))
}

/** The answer; undefined where nobody took the request. */
async function send(
  server: Server,
  outgoing: Outgoing,
  body: Buffer,
  sender: Sender,
): Promise<IncomingMessage | undefined> {
  const options = { ...outgoing, ...connectionTo(server, sender), agent: sender.agent }
  return await new Promise((resolve) => {
    const request = http.request(options, resolve)
    request.on('error', () => {
      // A connection that the server has closed in the same moment: it is asked again on a new one.
      if (request.reusedSocket) void send(server, outgoing, body, sender).then(resolve)
      else resolve(undefined)
    })
    request.end(body)
  })
}

const connectionTo = ({ address, port }: Server, { plan, lowestPort, own }: Sender): http.RequestOptions => ({
  host: plan.reach(address),
  port: openPort(port, lowestPort),
  localAddress: own,
})

function write(response: Response, { status, body, headers = [] }: OwnAnswer): void {
  const type = headers.some(([name]) => /^content-type$/i.test(name)) ? [] : ['Content-Type', 'text/plain']
  response.writeHead(status, [...type, ...headers.flatMap(([name, value]) => [name, value])])
  response.end(body)
}

/** A request that wants another protocol: one choice for as long as it lasts. */
function serveUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  router: Router,
  sender: Sender,
): void {
  socket.on('error', () => {})
  const asked = askedOf(request, sender.plan)
  const decision = router(asked)
  const choice = 'choose' in decision ? decision.choose([]) : undefined
  const refuse = (status: number): void =>
    void socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n`)
  if (!('choose' in decision) || choice === undefined) {
    refuse('choose' in decision ? decision.nobody.status : decision.status)
    return
  }
  const { method, path, headers } = outgoingOf(request, asked, decision)
  const options = {
    method,
    path,
    headers: { ...headers, Connection: 'Upgrade', Upgrade: request.headers.upgrade ?? '' },
    ...connectionTo(choice.server, sender),
  }
  const passOn = (answer: IncomingMessage, isUpgraded: boolean): void => {
    const all = isUpgraded ? pairsOf(answer.rawHeaders) : kept(answer.rawHeaders)
    const lines = [...all, ...(choice.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`)
    const close = isUpgraded ? '' : 'Connection: close\r\n'
    const { statusCode = 502, statusMessage = '' } = answer
    socket.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}${close}\r\n`)
  }
  const upstream = http.request(options)
  upstream.on('upgrade', (answer: IncomingMessage, server: Socket, first: Buffer) => {
    passOn(answer, true)
    socket.write(first)
    server.write(head)
    server.pipe(socket).pipe(server)
    server.on('error', () => socket.destroy())
    socket.on('close', () => server.destroy())
  })
  upstream.on('response', (answer) => {
    passOn(answer, false)
    answer.pipe(socket)
  })
  upstream.on('error', () => refuse(502))
  upstream.end()
}

/** Node has names and values in turn. */
const pairsOf = (rawHeaders: readonly string[]): Header[] =>
  rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []))
