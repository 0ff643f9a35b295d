import type { Decoded } from '../../agent/protocol/protocol.ts'
import type { ProbeResult } from '../../model/probe/results/probe-result.ts'

/** Where the time of a run goes. */
export class Stopwatch {
  readonly #begunMs: number
  #createdMs = performance.now()
  #firstLineMs: number | undefined
  #requestsBegunMs: number | undefined

  /** @param begunMs when the command began, by performance.now() */
  constructor(begunMs: number) {
    this.#begunMs = begunMs
  }

  /** The Job was made. */
  onCreated(): void {
    this.#createdMs = performance.now()
  }

  /** A line of an agent was read. */
  onDecoded({ start }: Decoded): void {
    this.#firstLineMs ??= performance.now()
    if (start !== undefined) this.#requestsBegunMs ??= performance.now()
  }

  /** What it has taken until now. */
  timing(): ProbeResult['timing'] {
    const now = performance.now()
    return {
      prepareMs: this.#createdMs - this.#begunMs,
      ...(this.#firstLineMs === undefined ? {} : { podStartMs: this.#firstLineMs - this.#createdMs }),
      ...(this.#requestsBegunMs === undefined ? {} : { requestsMs: now - this.#requestsBegunMs }),
      totalMs: now - this.#begunMs,
    }
  }
}
