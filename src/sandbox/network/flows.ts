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
