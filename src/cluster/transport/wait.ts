import { setTimeout as sleep } from 'node:timers/promises'

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {})
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** Waits for a promise whose rejection does not matter once the signal is aborted. */
export async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  try {
    await promise
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}

/** Growing pauses between attempts, spread so that many clients do not come back at once. */
export class Backoff {
  #next: number
  readonly #first: number
  readonly #most: number

  constructor(first: number, most: number) {
    this.#first = first
    this.#next = first
    this.#most = most
  }

  reset(): void {
    this.#next = this.#first
  }

  async pause(signal: AbortSignal | undefined): Promise<void> {
    const pause = this.#next * (0.75 + Math.random() / 2)
    this.#next = Math.min(this.#next * 2, this.#most)
    await wait(pause, signal)
  }
}
