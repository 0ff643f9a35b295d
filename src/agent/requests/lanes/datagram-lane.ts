import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Outcome } from '../../../model/probe/observation.ts'
import { BaseLane, type Plan } from './base-lane.ts'
import { outcomeOf } from '../failures.ts'

/**
 * Requests over UDP: one datagram, answered by one. Each from a socket of its own, and so from a port of its own, unless
 * `keepAlive` is set: proxies keep the datagrams of one port together for a while (conntrack), whatever the affinity.
 * The socket is connected, so that the kernel drops what others send to it and reports what ICMP says.
 */
export class DatagramLane extends BaseLane {
  readonly answer: { status: number; headers: []; body: Buffer; bodyLength: number } = {
    status: 0,
    headers: [],
    body: Buffer.alloc(0),
    bodyLength: 0,
  }

  readonly #payload: Buffer
  #socket: Socket | undefined

  constructor(plan: Plan) {
    super(plan, { session: 0 })
    this.#payload = Buffer.from(plan.config.payload ?? '', 'latin1')
  }

  protected override ask(): void {
    this.answer.bodyLength = 0
    this.newConnection = this.#socket === undefined
    if (this.#socket === undefined) this.#open()
    else this.#socket.send(this.#payload)
  }

  #open(): void {
    const { host } = this.plan.target
    const family = isIP(host)
    const { number } = this
    this.localPort = undefined
    if (family !== 0) this.#connect(host, family)
    else {
      lookup(host, (error, address, found) => {
        if (!this.busy || this.number !== number) return
        if (error === null) this.#connect(address, found)
        else this.#onError(error)
      })
    }
  }

  #connect(address: string, family: number): void {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    this.#socket = socket
    socket.on('error', (error) => {
      if (this.#socket === socket) this.#onError(error)
    })
    socket.on('message', (bytes) => {
      if (this.#socket === socket) this.#onMessage(bytes)
    })
    socket.on('connect', () => {
      if (this.#socket !== socket) return
      if (this.plan.config.localPorts) this.localPort = socket.address().port
      socket.send(this.#payload)
    })
    socket.connect(this.plan.target.port, address)
  }

  #onMessage(bytes: Buffer): void {
    // A second answer must not pass for that of the next request.
    if (!this.busy) return this.drop()
    this.answer.body = bytes
    this.answer.bodyLength = Math.min(bytes.length, this.plan.config.maxAnswerBytes)
    return this.finish('answered')
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.busy) this.finish(outcomeOf(error, 'connect'), error.code, error.message)
    else this.drop()
  }

  protected override finish(outcome: Outcome, code = '', message = ''): void {
    const replaced = this.newConnection ? this.replaced : undefined
    this.rest()
    this.replaced = undefined
    if (outcome !== 'answered' || !this.plan.config.keepAlive) this.drop()
    // What comes after a time-out would pass for the answer to the next request.
    if (outcome !== 'answered' && !this.newConnection)
      this.replaced = outcome === 'timeout' ? 'timeout' : 'reset'
    this.report({ replaced, outcome, code, message })
  }

  protected override drop(): void {
    this.#socket?.close()
    this.#socket = undefined
  }
}
