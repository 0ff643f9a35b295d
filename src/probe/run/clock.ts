/**
 * Brings the node's clock and ours together.
 *
 * A line of the agent arrives after it was written, never before: of all lines, the one with the smallest difference
 * between our clock at its arrival and the node's clock at its last event was the least delayed, and that difference
 * is the best known upper bound of how far our clock is ahead.
 */
export class NodeClock {
  readonly #startedAt: number
  #aheadMs = Infinity

  /** @param startedAt the node's clock at the first request, in milliseconds since 1970 */
  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  /** A line arrived at `arrivedAt` (our clock) that speaks of something `atMs` after the first request. */
  heard(arrivedAt: number, atMs: number): void {
    this.#aheadMs = Math.min(this.#aheadMs, arrivedAt - this.#startedAt - atMs)
  }

  /** Milliseconds since the first request at a moment of our clock. */
  sinceStart(at: number): number {
    return at - this.#startedAt - this.#ahead
  }

  /** The first request, by our clock. */
  get startedAt(): number {
    return this.#startedAt + this.#ahead
  }

  get #ahead(): number {
    return Number.isFinite(this.#aheadMs) ? this.#aheadMs : 0
  }
}
