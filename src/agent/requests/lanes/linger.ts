import type { Socket } from 'node:net'

/** Milliseconds that a server has for closing a connection. */
const patienceMs = 50
/** The same where its side is to be found in the pod afterwards: there it is only where it closed first, on a busy machine late. */
const tracedPatienceMs = 3000
/** Connections that may wait. */
const capacity = 256
/** After so many connections in a row that were not closed in time, servers are no longer waited for. */
const tries = 3

/**
 * Connections whose answer was read, and that the server was asked to close. The side that closes first keeps the
 * connection in TIME_WAIT for a minute, and a fast run would use up the ports of this side; so the server goes first
 * if it does so soon.
 */
export class Linger {
  /** With the time of their end, in the order of it. */
  readonly #waiting = new Map<Socket, number>()
  readonly #patienceMs: number
  #slow = 0

  constructor(isTraced = false) {
    this.#patienceMs = isTraced ? tracedPatienceMs : patienceMs
  }

  add(socket: Socket, now: number): void {
    if (this.#slow < tries && this.#waiting.size < capacity) this.#waiting.set(socket, now + this.#patienceMs)
    else socket.destroy()
  }

  /** Whether no connection waits any more. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** The server closed its side. */
  ended(socket: Socket): void {
    if (this.#waiting.delete(socket)) this.#slow = 0
    socket.destroy()
  }

  tick(now: number): void {
    for (const [socket, endsAt] of this.#waiting) {
      if (endsAt > now && this.#slow < tries) return
      this.#waiting.delete(socket)
      // Unless it broke meanwhile.
      if (!socket.destroyed) this.#slow++
      socket.destroy()
    }
  }

  stop(): void {
    for (const socket of this.#waiting.keys()) socket.destroy()
    this.#waiting.clear()
  }
}
