const NEWLINE = 0x0a

/** Cuts a stream of bytes into lines, wherever its chunks end. A line longer than the limit loses its end. */
export class LineSplitter {
  readonly #limit: number
  #pending: Uint8Array[] = []
  #length = 0

  constructor(limit = Infinity) {
    this.#limit = limit
  }

  /** The lines that this chunk completes, without their newlines. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end))
      lines.push(this.tail())
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  /** What follows the last newline; forgets it. */
  tail(): string {
    const bytes = this.#pending.length === 1 ? Buffer.from(this.#pending[0]!) : Buffer.concat(this.#pending)
    const cut = this.#length > this.#limit
    this.#pending = []
    this.#length = 0
    const text = bytes.toString('utf8')
    // The limit may have gone through the middle of a character.
    return cut ? text.replace(/\uFFFD+$/, '') : text
  }

  #keep(bytes: Uint8Array): void {
    const room = this.#limit - this.#length
    this.#length += bytes.length
    if (room > 0 && bytes.length > 0) this.#pending.push(bytes.subarray(0, room))
  }
}
