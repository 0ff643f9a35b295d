import type http2 from 'node:http2'
import { connect } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Observation, Outcome, Replaced } from '../../model/probe/observation.ts'
import type { CookieUser } from '../cookies/user.ts'
import { connectTls } from './connect.ts'
import { outcomeOf, type Stage } from './failures.ts'
import { type AnyLane, type LaneUser, markOf, type Plan } from './lane.ts'
import { cookiePlace, Course, type Place } from './place.ts'

/** What has been read of an answer. */
interface Answer {
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
export class Http2Lane implements AnyLane {
  number = 0
  startedAt = 0
  readonly session: number
  answer: Answer = emptyAnswer()

  readonly #plan: Plan
  readonly #http2: typeof http2
  readonly #course: Course
  readonly #cookies: CookieUser | undefined
  readonly #header: readonly [string, string] | undefined
  #connection: http2.ClientHttp2Session | undefined
  #stage: Stage = 'connect'
  #busy = false
  #deadline = Infinity
  #newConnection = true
  #localPort: number | undefined
  #replaced: Replaced | undefined

  constructor(plan: Plan, { session, cookies, header }: LaneUser, module: typeof http2) {
    this.#plan = plan
    this.#http2 = module
    this.session = session
    this.#cookies = cookies
    this.#header = header
    this.#course = new Course(plan.target, plan.scheme)
  }

  get idle(): boolean {
    return !this.#busy
  }

  /** Where the request goes, and where the connection leads. */
  get #place(): Place {
    return this.#course.place
  }

  begin(number: number, now: number): void {
    this.number = number
    this.startedAt = now
    this.#deadline = now + this.#plan.config.timeoutMs
    this.#busy = true
    this.#newConnection = false
    if (!this.#course.begin()) this.#drop()
    this.#ask()
  }

  reportCookies(): Pick<Observation, 'cookies' | 'cookiesSent'> {
    return this.#cookies?.report() ?? {}
  }

  tick(now: number): void {
    if (now < this.#deadline) return
    this.#fail('timeout', 'TIMEOUT', `no answer within ${this.#plan.config.timeoutMs} ms`)
  }

  stop(): void {
    this.#drop()
    this.#busy = false
    this.#deadline = Infinity
  }

  #ask(): void {
    this.answer = emptyAnswer()
    if (this.#connection === undefined) this.#open()
    else this.#send(this.#connection)
  }

  #open(): void {
    this.#newConnection = true
    const { target, secureContext } = this.#plan
    const isSecure = this.#place.scheme === 'https'
    this.#stage = 'connect'
    this.#localPort = undefined
    const socket = isSecure
      ? connectTls(target, this.#place.port, secureContext, ['h2', 'http/1.1'])
      : connect({
          host: target.host,
          port: this.#place.port,
          autoSelectFamily: false,
          noDelay: true,
        })
    const authority = `${this.#place.scheme}://${this.#place.hostHeader}`
    // It is handed over before it is connected, and reports what becomes of it.
    const connection = this.#http2.connect(authority, { createConnection: () => socket })
    const isCurrent = (): boolean => this.#connection === connection && this.#busy
    this.#connection = connection
    socket.on('connect', () => {
      this.#stage = isSecure ? 'handshake' : 'answer'
    })
    connection.on('connect', () => {
      if (!isCurrent()) return
      const chosen = isSecure ? (socket as TLSSocket).alpnProtocol : 'h2'
      this.#stage = 'answer'
      if (this.#plan.config.localPorts) this.#localPort = socket.localPort
      if (chosen === 'h2') this.#send(connection)
      else this.#fail('protocol', 'NO_HTTP2', noHttp2)
    })
    connection.on('error', (error: NodeJS.ErrnoException) => {
      if (isCurrent()) this.#onError(error)
      else this.#forget(connection, 'reset')
    })
    connection.on('close', () => {
      if (isCurrent()) this.#fail('reset', 'EMPTY', 'the connection was closed without an answer')
      else this.#forget(connection, 'closed')
    })
  }

  #send(connection: http2.ClientHttp2Session): void {
    const { config, target } = this.#plan
    const { path, hostHeader, scheme } = this.#place
    const { agent, query } = markOf(config, path, this.number)
    const cookies = this.#cookies?.header(cookiePlace(this.#place), Date.now()) ?? ''
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
    const isCurrent = (): boolean => this.#busy && this.answer === answer && this.number === number
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
      this.#cookies?.read(answer.headers, cookiePlace(this.#place), Date.now())
      if (!this.#follow()) this.#finish('answered')
    })
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (isCurrent()) this.#onError(error)
    })
  }

  /** Goes where the answer leads, as long as that is allowed; false where it is the answer. */
  #follow(): boolean {
    const isReached = this.#course.follow(this.answer)
    if (isReached === undefined) return false
    if (!isReached || !this.#plan.config.keepAlive) this.#drop()
    this.#ask()
    return true
  }

  #onError(error: NodeJS.ErrnoException): void {
    const code = error.code ?? 'ERROR'
    // Whoever answers in HTTP/1 is not understood, and says so in this way or by its end.
    if (code.startsWith('ERR_HTTP2')) this.#fail('protocol', 'NO_HTTP2', `${noHttp2} (${error.message})`)
    else this.#fail(outcomeOf(error, this.#stage), code, error.message)
  }

  /** A connection that was kept is of no use any more. */
  #forget(connection: http2.ClientHttp2Session, how: Replaced): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    if (this.#plan.config.keepAlive) this.#replaced = how
  }

  #fail(outcome: Outcome, code: string, message: string): void {
    this.#drop()
    this.#finish(outcome, code, message)
  }

  #finish(outcome: Outcome, code = '', message = ''): void {
    const { config, now, onDone } = this.#plan
    const replaced = this.#newConnection ? this.#replaced : undefined
    this.#replaced = undefined
    this.#busy = false
    this.#deadline = Infinity
    if (!config.keepAlive) this.#drop()
    onDone(this, {
      replaced,
      outcome,
      newConnection: this.#newConnection,
      endedAt: now(),
      localPort: this.#localPort,
      redirects: this.#course.redirects,
      code,
      message,
    })
  }

  #drop(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.destroy()
  }
}

const noHttp2 = 'the server does not speak HTTP/2 here'

function emptyAnswer(): Answer {
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
