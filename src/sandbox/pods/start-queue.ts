/** Starts a few processes at a time: hundreds at once would keep this machine from serving anything else. */
export class StartQueue {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #starting = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Calls `start` when it is its turn. What that returns says when it has started. */
  add(start: () => Promise<unknown>): void {
    this.#waiting.push(() => {
      this.#starting += 1
      // Whoever starts something tells why it could not.
      void start()
        .catch(() => {})
        .finally(() => {
          this.#starting -= 1
          this.#next()
        })
    })
    this.#next()
  }

  #next(): void {
    if (this.#starting < this.#most) this.#waiting.shift()?.()
  }
}
