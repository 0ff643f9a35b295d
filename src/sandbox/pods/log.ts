/** What a container wrote, line by line with its time, as a kubelet keeps it. */
export class ContainerLog {
  #lines: { time: string; text: string }[] = []
  #partial = ''
  #ended = false
  /** Lines that are kept; the oldest go first, as when a log is rotated. */
  #most = 100_000
  /** Lines that are not kept any more. */
  #dropped = 0
  readonly #waiting = new Set<() => void>()

  keepOnly(lines: number): void {
    this.#most = lines
    this.#trim()
  }

  write(chunk: string): void {
    const pieces = (this.#partial + chunk).split('\n')
    this.#partial = pieces.pop() ?? ''
    const time = new Date().toISOString().replace('Z', '000000Z')
    for (const text of pieces) this.#lines.push({ time, text })
    this.#trim()
    this.#wake()
  }

  end(): void {
    if (this.#partial !== '') this.write('\n')
    this.#ended = true
    this.#wake()
  }

  /** The lines from a moment on, or the last ones; all that follow as well when asked. Ends with the container. */
  async *read(options: {
    sinceMs?: number
    tail?: number
    follow: boolean
    signal: AbortSignal
  }): AsyncGenerator<{ time: string; text: string }> {
    const { sinceMs = 0, tail, follow, signal } = options
    let next = tail === undefined ? 0 : Math.max(0, this.#dropped + this.#lines.length - tail)
    for (;;) {
      while (next < this.#dropped + this.#lines.length) {
        next = Math.max(next, this.#dropped)
        const line = this.#lines[next++ - this.#dropped]
        if (line !== undefined && Date.parse(line.time) >= sinceMs) yield line
      }
      if (!follow || this.#ended || signal.aborted) return
      await this.#more(signal)
    }
  }

  /** Something was written, or never will be. */
  async begun(signal: AbortSignal): Promise<void> {
    if (this.#dropped + this.#lines.length === 0 && !this.#ended) await this.#more(signal)
  }

  async #more(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }

  #trim(): void {
    const surplus = this.#lines.length - this.#most
    if (surplus <= 0) return
    this.#lines = this.#lines.slice(surplus)
    this.#dropped += surplus
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}
