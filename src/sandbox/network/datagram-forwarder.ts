import dgram from 'node:dgram'
import { existsSync, readFileSync } from 'node:fs'
import type { Forwarding } from './connection-forwarder.ts'

/** One client's datagrams on their way to an endpoint: `socket` is its stand-in there. */
interface Passage {
  socket: dgram.Socket
  route: Forwarding
}

/** Each takes a socket of this process. */
const mostFlows = 500
const sweepMs = 1000

/**
 * One address and UDP port that a proxy serves. Decides for each new flow, which is an address and port of a client,
 * where it goes: as long as that endpoint is there and the flow in use, the affinity is not asked again.
 */
export class DatagramForwarder {
  readonly #socket = dgram.createSocket('udp4')
  readonly #route: (client: string) => Forwarding | undefined
  readonly #flows = new FlowTable<Passage>(mostFlows, ({ socket }) => socket.close())
  readonly #sweep: NodeJS.Timeout

  constructor(route: (client: string) => Forwarding | undefined) {
    this.#route = route
    // Whoever has the port already keeps it.
    this.#socket.on('error', () => {})
    this.#socket.on('message', (bytes, { address, port }) => this.#pass(bytes, address, port))
    this.#sweep = setInterval(() => this.#flows.expire(performance.now()), sweepMs).unref()
  }

  listen(host: string, port: number): void {
    this.#socket.bind({ address: host, port, exclusive: true })
  }

  close(): void {
    clearInterval(this.#sweep)
    this.#socket.close()
    this.#flows.clear()
  }

  #pass(bytes: Buffer, address: string, port: number): void {
    const client = `${address}:${port}`
    let passage = this.#flows.use(client, performance.now())
    // kube-proxy removes the entries of endpoints that are gone (pkg/proxy/conntrack).
    if (passage?.route.isThere() === false) {
      this.#flows.end(client)
      passage = undefined
    }
    passage ??= this.#begin(client, address, port)
    if (passage === undefined) return
    const { socket, route } = passage
    socket.send(bytes, route.port, route.host)
  }

  #begin(client: string, address: string, port: number): Passage | undefined {
    const route = this.#route(address)
    if (route === undefined) return undefined
    const socket = dgram.createSocket('udp4')
    const passage = { socket, route }
    this.#flows.add(client, passage, performance.now())
    socket.on('error', () => {})
    socket.on('message', (bytes, from) => {
      if (from.address !== route.host || from.port !== route.port) return
      this.#flows.answered(client, performance.now())
      this.#socket.send(bytes, port, address)
    })
    socket.bind({ address: route.source, port: 0, exclusive: true })
    return passage
  }
}

/**
 * Whether somebody takes datagrams there. Nobody can be asked without being sent something, so this looks at the
 * kernel's list of sockets.
 */
export function isBound(host: string, port: number): boolean {
  const list = '/proc/net/udp'
  return existsSync(list) && isListed(readFileSync(list, 'utf8'), host, port)
}

/** Whether /proc/net/udp has a socket with this local address: proc(5), in hexadecimal and in the machine's byte order. */
export function isListed(list: string, host: string, port: number): boolean {
  const address = host
    .split('.')
    .toReversed()
    .map((byte) => hex(Number(byte), 2))
    .join('')
  return list.includes(`: ${address}:${hex(port, 4)} `)
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0')
}

interface Flow<T> {
  value: T
  sinceMs: number
  lastMs: number
  answered: boolean
}

// nf_conntrack_udp_timeout and nf_conntrack_udp_timeout_stream, and from when on a flow is a stream.
const idleMs = 30_000
const streamIdleMs = 120_000
const streamFromMs = 2000

/**
 * What a proxy keeps per address and port of a client that sends datagrams, as conntrack does: 30 s after the last one,
 * and two minutes when there were answers and it has lasted two seconds. A full table loses the flow that was unused for
 * longest. Pure: the clock is passed in.
 */
export class FlowTable<T> {
  readonly #flows = new Map<string, Flow<T>>()
  readonly #most: number
  readonly #ended: (value: T) => void

  /** @param ended called with what was kept for each flow that has come to its end */
  constructor(most: number, ended: (value: T) => void) {
    this.#most = most
    this.#ended = ended
  }

  /** What is kept for a client from whom something comes. */
  use(client: string, nowMs: number): T | undefined {
    this.expire(nowMs)
    const flow = this.#flows.get(client)
    if (flow === undefined) return undefined
    flow.lastMs = nowMs
    // The last in its order is the one that was used last.
    this.#flows.delete(client)
    this.#flows.set(client, flow)
    return flow.value
  }

  add(client: string, value: T, nowMs: number): void {
    if (this.#flows.size >= this.#most) this.end(this.#flows.keys().next().value ?? '')
    this.#flows.set(client, { value, sinceMs: nowMs, lastMs: nowMs, answered: false })
  }

  /** Something went back to the client. */
  answered(client: string, nowMs: number): void {
    const flow = this.#flows.get(client)
    if (flow === undefined) return
    flow.answered = true
    flow.lastMs = nowMs
  }

  end(client: string): void {
    const flow = this.#flows.get(client)
    this.#flows.delete(client)
    if (flow !== undefined) this.#ended(flow.value)
  }

  expire(nowMs: number): void {
    for (const [client, { sinceMs, lastMs, answered }] of this.#flows) {
      const isStream = answered && lastMs - sinceMs > streamFromMs
      if (nowMs - lastMs >= (isStream ? streamIdleMs : idleMs)) this.end(client)
    }
  }

  clear(): void {
    for (const client of this.#flows.keys()) this.end(client)
  }
}
