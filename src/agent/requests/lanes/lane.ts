import { Socket } from 'node:net'
import type { Outcome, Replaced } from '../../../model/probe/observation.ts'
import { BaseLane, type LaneUser, type Plan } from './base-lane.ts'
import { connectTls } from '../connect.ts'
import { outcomeOf } from '../failures.ts'
import { type AnswerProgress, ResponseParser } from './http-response.ts'
import { cookiePlace, type RequestPlace } from '../place.ts'

/**
 * Connections read into this. One for all: what is in it is used up before the next read
 * (on Unix, where a read is not handed to the kernel in advance).
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536)

/** For how long a plain TCP server, or one on a WebSocket, may keep silent before that counts as its answer, in milliseconds. */
const bannerMs = 300
/**
 * What a plain TCP server says has ended when nothing came for so long, in milliseconds: longer than the 40 that a second
 * write waits for the first to be acknowledged (Nagle, delayed acknowledgement); less behind the end of a line.
 */
const bannerPauseMs = 60
const linePauseMs = 5
const lineEnd = 0x0a

/** Requests over TCP, each over a connection of its own unless `keepAlive` is set. */
export class Lane extends BaseLane {
  readonly answer: ResponseParser

  readonly #header: string
  #socket: Socket | undefined
  /** What is on its way now is not the first on its connection. */
  #isKept = false
  #lastByteAt = 0

  constructor(plan: Plan, user: LaneUser = { session: 0 }) {
    super(plan, user)
    const { header } = user
    this.#header = header === undefined ? '' : `${header[0]}: ${header[1]}\r\n`
    this.answer = new ResponseParser(plan.config.maxAnswerBytes)
  }

  protected override ask(): void {
    this.answer.reset()
    this.answer.isUpgrade = this.plan.target.upgrade !== undefined
    if (this.#socket === undefined) this.#open()
    else {
      this.#isKept = true
      this.#send(this.#socket)
    }
  }

  /** Nothing but bytes is expected. */
  get #isPlain(): boolean {
    return this.place.scheme === 'tcp'
  }

  #send(socket: Socket): void {
    if (this.#isPlain) this.answer.expectAnything()
    const cookies = this.cookies?.header(cookiePlace(this.place), Date.now()) ?? ''
    socket.write(requestOf(this.plan, this.place, this.number, this.#header + cookies), 'latin1')
  }

  /** Goes where the answer leads, as long as that is allowed; false where it is the answer. */
  #follow(): boolean {
    const isReached = this.course.follow(this.answer)
    if (isReached === undefined) return false
    if (!isReached || !this.plan.config.keepAlive || !this.answer.reusable) this.drop()
    this.ask()
    return true
  }

  #readCookies(): void {
    this.cookies?.read(this.answer.headers, cookiePlace(this.place), Date.now())
  }

  /** Ends what has taken too long. */
  protected override timeOut(): void {
    const { payload } = this.plan.config
    if (this.stage === 'answer' && this.#isPlain && (this.answer.started || payload === undefined)) {
      this.finish('answered')
    } else if (this.#isOpenSocket) this.#advance('done')
    else super.timeOut()
  }

  /** A WebSocket is open on which the server has not said anything yet. */
  get #isOpenSocket(): boolean {
    return this.answer.isUpgrade && this.answer.status === 101
  }

  #open(): void {
    this.newConnection = true
    this.#isKept = false
    this.localPort = undefined
    this.stage = 'connect'
    const socket = this.place.scheme === 'https' ? this.#connectTls() : this.#connect()
    this.#socket = socket
    // The peer's end is followed by destroy(), which is one system call less than ending our side in an orderly way.
    socket.on('end', () => {
      if (this.#socket === socket) this.#onEnd()
      else this.plan.linger.ended(socket)
    })
    socket.on('error', (error) => {
      if (this.#socket === socket) this.#onError(error)
    })
  }

  #connect(): Socket {
    const { host } = this.plan.target
    const { port } = this.place
    const options = {
      allowHalfOpen: true,
      onread: {
        buffer: readBuffer,
        callback: (length: number) => {
          if (this.#socket === socket) this.#onBytes(readBuffer, length)
          return true
        },
      },
    }
    const socket = new Socket(options)
    socket.on('connect', () => {
      if (this.#socket === socket) this.#onReady(socket)
    })
    socket.connect({ host, port, autoSelectFamily: false })
    return socket
  }

  #connectTls(): Socket {
    const { target, secureContext } = this.plan
    const socket = connectTls(target, this.place.port, secureContext)
    socket.on('connect', () => {
      this.stage = 'handshake'
    })
    socket.on('secureConnect', () => {
      if (this.#socket === socket) this.#onReady(socket)
    })
    socket.on('data', (bytes: Buffer) => {
      if (this.#socket === socket) this.#onBytes(bytes, bytes.length)
    })
    return socket
  }

  #onReady(socket: Socket): void {
    this.stage = 'answer'
    // Asked for only where it is wanted: it is a system call.
    if (this.plan.config.localPorts) this.localPort = socket.localPort
    if (this.#isPlain && this.plan.config.payload === undefined) {
      this.deadline = Math.min(this.deadline, this.plan.now() + bannerMs)
      this.answer.expectAnything()
    } else this.#send(socket)
  }

  #onBytes(bytes: Buffer, length: number): void {
    // A server that speaks without being asked, or after its answer.
    if (!this.busy) return this.drop()
    if (this.#isPlain) {
      const pauseMs = bytes[length - 1] === lineEnd ? linePauseMs : bannerPauseMs
      this.#lastByteAt = this.plan.now()
      this.deadline = Math.min(this.startedAt + this.plan.config.timeoutMs, this.#lastByteAt + pauseMs)
    }
    const progress = this.answer.push(bytes, length)
    if (progress === 'more' && this.#isOpenSocket)
      this.deadline = Math.min(this.deadline, this.plan.now() + bannerMs)
    this.#advance(progress)
    return undefined
  }

  #onEnd(): void {
    if (!this.busy) return this.#lose('closed')
    const silent = this.#isPlain && this.plan.config.payload === undefined
    if (this.answer.started || silent) this.#advance(this.answer.close())
    else if (!this.#retry('closed'))
      this.fail('reset', 'EMPTY', 'the connection was closed without an answer')
    return undefined
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (!this.busy) return this.#lose('reset')
    if (this.answer.started || !this.#retry('reset')) {
      this.fail(outcomeOf(error, this.stage), error.code ?? 'ERROR', error.message)
    }
    return undefined
  }

  /** A kept connection that the server closed while the request was on its way says nothing about the server. */
  #retry(how: Replaced): boolean {
    if (!this.#isKept) return false
    this.#lose(how)
    this.#open()
    return true
  }

  /** A connection that was kept is of no use any more. */
  #lose(how: Replaced): void {
    this.drop()
    if (this.plan.config.keepAlive) this.replaced = how
  }

  #advance(progress: AnswerProgress): void {
    if (progress === 'done') {
      this.#readCookies()
      if (!this.#follow()) this.finish('answered')
    } else if (progress === 'broken') this.fail('protocol', 'PROTOCOL', this.answer.problem)
  }

  protected override finish(outcome: Outcome, code = '', message = ''): void {
    const { config, linger, now } = this.plan
    const { closed, reusable, truncated, started } = this.answer
    const endedAt = this.#isPlain && outcome === 'answered' && started ? this.#lastByteAt : now()
    const replaced = this.newConnection ? this.replaced : undefined
    this.rest()
    const open = outcome === 'answered' && !closed && !truncated
    const askable = this.#isPlain ? open && config.payload !== undefined : reusable
    const keep = config.keepAlive && outcome === 'answered' && askable
    this.replaced = undefined
    if (!keep) {
      if (config.keepAlive && (outcome === 'answered' || !this.newConnection)) {
        this.replaced = outcome === 'answered' ? 'closed' : outcome === 'timeout' ? 'timeout' : 'reset'
      }
      const complete = open && !this.#isPlain
      if (complete && this.#socket !== undefined) linger.add(this.#socket, endedAt)
      else this.#socket?.destroy()
      this.#socket = undefined
    }
    this.report({ replaced, outcome, code, message }, endedAt)
  }

  protected override drop(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }
}

/** @param user lines of the head, or nothing */
function requestOf(plan: Plan, place: RequestPlace, number: number, user: string): string {
  const { config, target } = plan
  const { keepAlive, payload = '' } = config
  const { scheme, path, hostHeader } = place
  if (scheme === 'tcp') return payload
  const { agent, query } = markOf(plan, path, number)
  const own = target.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return (
    `GET ${path}${query} HTTP/1.1\r\nHost: ${hostHeader}\r\nUser-Agent: ${agent}\r\n` +
    `Accept: */*\r\nAccept-Encoding: identity\r\n${own}${user}` +
    `${target.upgrade === undefined ? `Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n` : webSocket}\r\n`
  )
}

/** What makes a request known to whoever reads the server's log, and unknown to caches that have answered. */
export function markOf(
  { config: { marker }, freshness }: Plan,
  path: string,
  number: number,
): { agent: string; query: string } {
  const inQuery = marker?.in === 'query' ? marker.text : freshness
  return {
    agent: `kubectl-affinity${marker?.in === 'header' ? `/${marker.text}-${number}` : ''}`,
    query:
      inQuery === undefined ? '' : `${path.includes('?') ? '&' : '?'}affinity-probe=${inQuery}-${number}`,
  }
}

/** RFC 6455, 4.1. The key keeps caches away, and the answer to it is not looked at: any will do. */
const webSocket =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a3ViZWN0bC1hZmZpbml0eQ==\r\n'
