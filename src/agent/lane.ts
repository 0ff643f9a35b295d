import net from 'node:net'
import tls from 'node:tls'
import type { Outcome, Scheme } from '../model/observation.ts'
import type { CompleteConfig, CompleteTarget } from './complete-config.ts'
import type { Stage } from './failures.ts'
import { outcomeOf } from './failures.ts'
import type { Progress } from './http-response.ts'
import { ResponseParser } from './http-response.ts'
import type { Linger } from './linger.ts'

/** How one request ended. The answer itself is in the lane's `parser` until the lane begins the next one. */
export interface Exchange {
  outcome: Outcome
  newConnection: boolean
  endedAt: number
  /** The client's port, once it is known. */
  localPort: number | undefined
  /** For all outcomes but `answered`: Node's or our own code, and words. */
  code: string
  message: string
}

/** What all lanes of a run share. */
export interface Plan {
  config: CompleteConfig
  target: CompleteTarget
  scheme: Scheme
  /** For https: made once, because that takes longer than a handshake. */
  secureContext: tls.SecureContext | undefined
  /** Milliseconds, monotonic. */
  now: () => number
  /** The lane can begin the next request, at once too. Never called while `begin` runs. */
  onDone: (lane: Lane, exchange: Exchange) => void
  /** Connections whose answer was read. */
  linger: Linger
}

/**
 * Connections read into this. One for all: what is in it is used up before the next read
 * (on Unix, where a read is not handed to the kernel in advance).
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536)

/** For how long a plain TCP server may keep silent before that counts as its answer, in milliseconds. */
const bannerMs = 300
/** A banner has ended when nothing came for so long. */
const bannerPauseMs = 30
/**
 * Sends one request after the other, each over a connection of its own unless `keepAlive` is set. Time-outs are not
 * timers: whoever runs the lanes calls `tick` every few milliseconds.
 */
export class Lane {
  /** The number of the request in flight. */
  number = 0
  startedAt = 0
  readonly parser: ResponseParser

  readonly #plan: Plan
  /** Before and behind the number of the request, if that is said; all of it otherwise. */
  readonly #head: string
  readonly #tail: string | undefined
  #socket: net.Socket | undefined
  #stage: Stage = 'connect'
  #busy = false
  #deadline = Infinity
  #newConnection = true
  #localPort: number | undefined

  constructor(plan: Plan) {
    this.#plan = plan
    this.parser = new ResponseParser(plan.config.maxAnswerBytes)
    ;[this.#head, this.#tail] = requestOf(plan)
  }

  get idle(): boolean {
    return !this.#busy
  }

  begin(number: number, now: number): void {
    this.number = number
    this.startedAt = now
    this.#deadline = now + this.#plan.config.timeoutMs
    this.#busy = true
    this.parser.reset()
    if (this.#socket === undefined) this.#open()
    else {
      this.#newConnection = false
      this.#send(this.#socket)
    }
  }

  #send(socket: net.Socket): void {
    const { number } = this
    socket.write(this.#tail === undefined ? this.#head : this.#head + number + this.#tail, 'latin1')
  }

  /** Ends what has taken too long. */
  tick(now: number): void {
    if (now < this.#deadline) return
    if (this.#stage === 'answer' && this.#plan.scheme === 'tcp') {
      this.#finish('answered')
    } else this.#fail('timeout', 'TIMEOUT', `no answer within ${this.#plan.config.timeoutMs} ms`)
  }

  /** Closes without a result. */
  stop(): void {
    this.#drop()
    this.#busy = false
    this.#deadline = Infinity
  }

  #open(): void {
    this.#newConnection = true
    this.#localPort = undefined
    this.#stage = 'connect'
    const socket = this.#plan.scheme === 'https' ? this.#connectTls() : this.#connect()
    this.#socket = socket
    // The peer's end is followed by destroy(), which is one system call less than ending our side in an orderly way.
    socket.on('end', () => {
      if (this.#socket === socket) this.#onEnd()
      else this.#plan.linger.ended(socket)
    })
    socket.on('error', (error) => {
      if (this.#socket === socket) this.#onError(error)
    })
  }

  #connect(): net.Socket {
    const { host, port } = this.#plan.target
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
    const socket = new net.Socket(options)
    socket.on('connect', () => {
      if (this.#socket === socket) this.#onReady(socket)
    })
    socket.connect({ host, port, autoSelectFamily: false })
    return socket
  }

  #connectTls(): net.Socket {
    const { target, secureContext } = this.#plan
    const { host, port, tls: settings } = target
    const name = settings.serverName ?? host
    const options = {
      host,
      port,
      autoSelectFamily: false,
      // The name of a certificate's owner, never an address: RFC 6066.
      servername: net.isIP(name) === 0 ? name : '',
      checkServerIdentity: (_host: string, certificate: tls.PeerCertificate) =>
        tls.checkServerIdentity(name, certificate),
      rejectUnauthorized: settings.insecure !== true,
      ...(secureContext === undefined ? {} : { secureContext }),
    }
    const socket = tls.connect(options)
    // Otherwise the request waits until the last message of the handshake is acknowledged.
    socket.setNoDelay(true)
    socket.on('connect', () => {
      this.#stage = 'handshake'
    })
    socket.on('secureConnect', () => {
      if (this.#socket === socket) this.#onReady(socket)
    })
    socket.on('data', (bytes: Buffer) => {
      if (this.#socket === socket) this.#onBytes(bytes, bytes.length)
    })
    return socket
  }

  #onReady(socket: net.Socket): void {
    this.#stage = 'answer'
    // Asked for only where it is wanted: it is a system call.
    if (this.#plan.config.localPorts) this.#localPort = socket.localPort
    if (this.#plan.scheme === 'tcp') {
      this.#deadline = Math.min(this.#deadline, this.#plan.now() + bannerMs)
      this.parser.expectAnything()
    } else this.#send(socket)
  }

  #onBytes(bytes: Buffer, length: number): void {
    // A server that speaks without being asked, or after its answer.
    if (!this.#busy) return this.#drop()
    this.#advance(this.parser.push(bytes, length))
    if (this.#plan.scheme === 'tcp' && this.#busy) {
      this.#deadline = Math.min(this.#deadline, this.#plan.now() + bannerPauseMs)
    }
  }

  #onEnd(): void {
    if (!this.#busy) return this.#drop()
    if (this.parser.started || this.#plan.scheme === 'tcp') this.#advance(this.parser.close())
    else if (!this.#retry()) this.#fail('reset', 'EMPTY', 'the connection was closed without an answer')
    return undefined
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (!this.#busy) return this.#drop()
    if (this.parser.started || !this.#retry()) {
      this.#fail(outcomeOf(error, this.#stage), error.code ?? 'ERROR', error.message)
    }
    return undefined
  }

  /** A kept connection that the server closed while the request was on its way says nothing about the server. */
  #retry(): boolean {
    if (this.#newConnection) return false
    this.#drop()
    this.#open()
    return true
  }

  #advance(progress: Progress): void {
    if (progress === 'done') this.#finish('answered')
    else if (progress === 'broken') this.#fail('protocol', 'PROTOCOL', this.parser.problem)
  }

  #fail(outcome: Outcome, code: string, message: string): void {
    this.#drop()
    this.#finish(outcome, code, message)
  }

  #finish(outcome: Outcome, code = '', message = ''): void {
    const { config, linger, now, onDone, scheme } = this.#plan
    const endedAt = now()
    this.#busy = false
    this.#deadline = Infinity
    const keep = config.keepAlive && outcome === 'answered' && this.parser.reusable
    if (!keep) {
      const complete =
        outcome === 'answered' && scheme !== 'tcp' && !this.parser.closed && !this.parser.truncated
      if (complete && this.#socket !== undefined) linger.add(this.#socket, endedAt)
      else this.#socket?.destroy()
      this.#socket = undefined
    }
    onDone(this, {
      outcome,
      newConnection: this.#newConnection,
      endedAt,
      localPort: this.#localPort,
      code,
      message,
    })
  }

  #drop(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }
}

/** The request, or its two parts around the number that the marker ends with. */
function requestOf({ config, target }: Plan): [head: string, tail?: string] {
  const { marker, keepAlive } = config
  const { path, hostHeader } = target
  const first = `GET ${path}`
  const rest =
    ` HTTP/1.1\r\nHost: ${hostHeader}\r\nUser-Agent: kubectl-affinity\r\nAccept: */*\r\n` +
    `Accept-Encoding: identity\r\nConnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n`
  if (marker === undefined) return [`${first}${rest}\r\n`]
  if (marker.in === 'header') return [`${first}${rest}X-Affinity-Probe: ${marker.text}-`, '\r\n\r\n']
  return [`${first}${path.includes('?') ? '&' : '?'}affinity-probe=${marker.text}-`, `${rest}\r\n`]
}
