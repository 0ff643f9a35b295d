import type http2 from 'node:http2'
import { connect } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Outcome, Replaced } from '../../../model/probe/observation.ts'
import { BaseLane, type LaneUser, type Plan } from './base-lane.ts'
import { connectTls } from '../connect.ts'
import { outcomeOf } from '../failures.ts'
import { markOf } from './lane.ts'
import { cookiePlace } from '../place.ts'

/** What has been read of an answer. */
interface PartialAnswer {
  status: number
  headers: [name: string, value: string][]
  body: Buffer
  bodyLength: number
}

/** Headers of an answer in HTTP/2; in front of them are those that stand for the first line of HTTP/1. */
type Incoming = Record<string, string | string[] | number | undefined>

/**
 * Requests in HTTP/2, each over a connection of its own unless `keepAlive` is set: over TLS where the server chooses it
 * (ALPN), without TLS by prior knowledge (RFC 9113, 3.3).
 */
export class Http2Lane extends BaseLane {
  answer: PartialAnswer = emptyAnswer()

  readonly #http2: typeof http2
  readonly #header: readonly [string, string] | undefined
  #connection: http2.ClientHttp2Session | undefined

  constructor(plan: Plan, user: LaneUser, module: typeof http2) {
    super(plan, user)
    this.#http2 = module
    this.#header = user.header
  }

  protected override ask(): void {
    this.answer = emptyAnswer()
    if (this.#connection === undefined) this.#open()
    else this.#send(this.#connection)
  }

  #open(): void {
    this.newConnection = true
    const { target, secureContext } = this.plan
    const isSecure = this.place.scheme === 'https'
    this.stage = 'connect'
    this.localPort = undefined
    const socket = isSecure
      ? connectTls(target, this.place.port, secureContext, ['h2', 'http/1.1'])
      : connect({
          host: target.host,
          port: this.place.port,
          autoSelectFamily: false,
          noDelay: true,
        })
    const authority = `${this.place.scheme}://${this.place.hostHeader}`
    // It is handed over before it is connected, and reports what becomes of it.
    const connection = this.#http2.connect(authority, { createConnection: () => socket })
    const isCurrent = (): boolean => this.#connection === connection && this.busy
    this.#connection = connection
    socket.on('connect', () => {
      this.stage = isSecure ? 'handshake' : 'answer'
    })
    connection.on('connect', () => {
      if (!isCurrent()) return
      const chosen = isSecure ? (socket as TLSSocket).alpnProtocol : 'h2'
      this.stage = 'answer'
      if (this.plan.config.localPorts) this.localPort = socket.localPort
      if (chosen === 'h2') this.#send(connection)
      else this.fail('protocol', 'NO_HTTP2', noHttp2)
    })
    connection.on('error', (error: NodeJS.ErrnoException) => {
      if (isCurrent()) this.#onError(error)
      else this.#forget(connection, 'reset')
    })
    connection.on('close', () => {
      if (isCurrent()) this.fail('reset', 'EMPTY', 'the connection was closed without an answer')
      else this.#forget(connection, 'closed')
    })
  }

  #send(connection: http2.ClientHttp2Session): void {
    const { config, target } = this.plan
    const { path, hostHeader, scheme } = this.place
    const { agent, query } = markOf(this.plan, path, this.number)
    const cookies = this.cookies?.header(cookiePlace(this.place), Date.now()) ?? ''
    const stream = connection.request({
      ':method': 'GET',
      ':scheme': scheme,
      ':authority': hostHeader,
      ':path': `${path}${query}`,
      'user-agent': agent,
      accept: '*/*',
      'accept-encoding': 'identity',
      ...Object.fromEntries(target.headers.map(([name, value]) => [name.toLowerCase(), value])),
      ...(this.#header === undefined ? {} : { [this.#header[0].toLowerCase()]: this.#header[1] }),
      ...(cookies === '' ? {} : { cookie: cookies.slice('Cookie: '.length).trim() }),
    })
    const { answer, number } = this
    const isCurrent = (): boolean => this.busy && this.answer === answer && this.number === number
    const chunks: Buffer[] = []
    stream.on('response', (headers) => {
      answer.status = Number(headers[':status'])
      answer.headers = headersOf(headers)
    })
    stream.on('data', (chunk: Buffer) => {
      if (answer.bodyLength >= config.maxAnswerBytes) return
      chunks.push(chunk)
      answer.bodyLength = Math.min(config.maxAnswerBytes, answer.bodyLength + chunk.length)
    })
    stream.on('end', () => {
      if (!isCurrent() || answer.status === 0) return
      answer.body = Buffer.concat(chunks)
      this.cookies?.read(answer.headers, cookiePlace(this.place), Date.now())
      if (!this.#follow()) this.finish('answered')
    })
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (isCurrent()) this.#onError(error)
    })
  }

  /** Goes where the answer leads, as long as that is allowed; false where it is the answer. */
  #follow(): boolean {
    const isReached = this.course.follow(this.answer)
    if (isReached === undefined) return false
    if (!isReached || !this.plan.config.keepAlive) this.drop()
    this.ask()
    return true
  }

  #onError(error: NodeJS.ErrnoException): void {
    const code = error.code ?? 'ERROR'
    // Whoever answers in HTTP/1 is not understood, and says so in this way or by its end.
    if (code.startsWith('ERR_HTTP2')) this.fail('protocol', 'NO_HTTP2', `${noHttp2} (${error.message})`)
    else this.fail(outcomeOf(error, this.stage), code, error.message)
  }

  /** A connection that was kept is of no use any more. */
  #forget(connection: http2.ClientHttp2Session, how: Replaced): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    if (this.plan.config.keepAlive) this.replaced = how
  }

  protected override finish(outcome: Outcome, code = '', message = ''): void {
    const replaced = this.newConnection ? this.replaced : undefined
    this.replaced = undefined
    this.rest()
    if (!this.plan.config.keepAlive) this.drop()
    this.report({ replaced, outcome, code, message })
  }

  protected override drop(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.destroy()
  }
}

const noHttp2 = 'the server does not speak HTTP/2 here'

function emptyAnswer(): PartialAnswer {
  return { status: 0, headers: [], body: Buffer.alloc(0), bodyLength: 0 }
}

/** As HTTP/1 has them: a line for each value. */
function headersOf(headers: Incoming): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined || name.startsWith(':')) return []
    const values = Array.isArray(value) ? value : [String(value)]
    return values.map((one): [string, string] => [name, one])
  })
}
