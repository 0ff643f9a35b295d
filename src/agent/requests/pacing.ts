/** What to do next: start a request now, wait for so many milliseconds, wait for a request to end, or start no more. */
export type PaceStep = 'start' | 'busy' | 'done' | number

export interface Pace {
  /** Between starts, in milliseconds; 0 is as fast as possible. */
  intervalMs: number
  /** The interval is a mean: see `Pacer`. */
  byChance?: boolean
  /** From the n-th start to the next one, in milliseconds, instead of `intervalMs`. */
  pausesMs?: readonly number[]
  concurrency: number
  requests: number
  durationMs: number
}

/**
 * Starts that are late by more than this are not made up for, so that a server that hung does not get a burst.
 * Less would lower the rate of short intervals, because timers are late.
 */
const catchUpMs = 20

/** Parts of an interval, of which each may be the one in which a request starts. */
const parts = 4

/**
 * Says when requests start: on a schedule that does not depend on the answers, as long as there are free lanes.
 *
 * Several clients on one schedule keep in step, and a proxy that deals pods out in turn then gives each client always the same one.
 * By chance, a request starts in each quarter of an interval with a probability of a quarter: what other clients do between two
 * of them can be anything, and fewer is more likely than more. The first interval is whole: the proxy has to know the client.
 */
export class Pacer {
  started = 0
  readonly #pace: Pace
  readonly #random: () => number
  #due = 0
  #firstAt = 0

  constructor(pace: Pace, random: () => number = Math.random) {
    this.#pace = pace
    this.#random = random
  }

  /** All requests were started. */
  get isAtEnd(): boolean {
    return this.started >= this.#pace.requests
  }

  /** `now` in milliseconds. After `start` the caller starts a request. */
  next(now: number, inFlight: number): PaceStep {
    const { intervalMs, pausesMs, concurrency, requests, durationMs } = this.#pace
    if (this.started === 0) this.#firstAt = this.#due = now
    if (this.started >= requests || now - this.#firstAt >= durationMs) return 'done'
    // At full speed the first one runs alone: connections that begin before the proxy knows the client may go anywhere.
    const most = intervalMs === 0 && this.started === 1 ? 1 : concurrency
    if (inFlight >= most) return 'busy'
    if (now < this.#due) return Math.min(this.#due, this.#firstAt + durationMs) - now
    // A pause is measured from the real start: it may be longer than was asked for, never shorter.
    if (pausesMs !== undefined) this.#due = now + (pausesMs[this.started] ?? 0)
    else if (intervalMs > 0) this.#due = Math.max(this.#due, now - catchUpMs) + this.#intervalMs()
    this.started++
    return 'start'
  }

  #intervalMs(): number {
    const { intervalMs, byChance = false } = this.#pace
    if (!byChance || this.started === 0) return intervalMs
    let passed = 1
    while (this.#random() >= 1 / parts) passed++
    return (intervalMs * passed) / parts
  }
}
