import { fstatSync, writeSync } from 'node:fs'
import { cleanText } from '../report/text/sanitize.ts'

/** One of the two streams that a person or a program reads. */
export interface Outlet {
  readonly isTTY: boolean
  /** Of a terminal. */
  readonly columns: number | undefined
  /** What it is written to; for what draws with more than text, such as the live view. */
  readonly stream: NodeJS.WriteStream
  /** Aborted by the first write that fails: nobody reads it any more, or nothing can be written. */
  readonly gone: AbortSignal
  /** Why nothing can be written; undefined where only its reader has left, as `head` does. */
  readonly failure: Error | undefined
  /** Writes text; what would move the cursor or reorder words is shown as an escape. Nothing after a write that failed. */
  write(text: string): void
  /** Writes text that has to arrive byte by byte, unless it goes to a terminal. */
  writeExactly(text: string): void
  /** Waits until the reader has taken what was written, or is gone. Rejects with the signal's reason. */
  drained(signal?: AbortSignal): Promise<void>
  /** Waits until all is written, or cannot be. */
  flushed(): Promise<void>
}

/** More than this is left to be read: it is time to wait for the reader, in characters. */
const mostPending = 65_536

/** What fits into a pipe that nobody reads yet, in characters of any length. */
const mostAtOnce = 16_384

class StandardStream implements Outlet {
  readonly #descriptor: number
  readonly #open: () => NodeJS.WriteStream
  #stream: NodeJS.WriteStream | undefined
  /** A pipe, a socket or a file takes a short answer without a stream, which costs as much as what is printed (docs/decisions/005-start-up.md). */
  #isDirect: boolean
  #written = 0
  readonly #gone = new AbortController()
  #failure: Error | undefined
  /** Characters that are not yet written. */
  #pending = 0
  /** Whoever waits for them to be fewer. */
  readonly #waiting = new Set<() => void>()

  constructor(descriptor: number, open: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor
    this.#open = open
    this.#isDirect = isPipeOrFile(descriptor)
  }

  get stream(): NodeJS.WriteStream {
    if (this.#stream !== undefined) return this.#stream
    this.#isDirect = false
    this.#stream = this.#open()
    // Without a listener a reader that leaves would end the program before it has cleaned up.
    this.#stream.on('error', (error) => this.#fail(error))
    return this.#stream
  }

  get isTTY(): boolean {
    return !this.#isDirect && this.stream.isTTY
  }

  get columns(): number | undefined {
    return this.#isDirect ? undefined : this.stream.columns
  }

  get gone(): AbortSignal {
    return this.#gone.signal
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  write(text: string): void {
    this.#put(cleanText(text, this.isTTY))
  }

  writeExactly(text: string): void {
    this.#put(this.isTTY ? cleanText(text, true) : text)
  }

  async drained(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#pending <= mostPending) return
    const wake = (): void => this.#wake()
    signal?.addEventListener('abort', wake)
    try {
      while (this.#pending > mostPending && !this.gone.aborted) {
        await this.#news()
        signal?.throwIfAborted()
      }
    } finally {
      signal?.removeEventListener('abort', wake)
    }
  }

  async flushed(): Promise<void> {
    while (this.#pending > 0 && !this.gone.aborted) await this.#news()
  }

  #put(text: string): void {
    if (text === '' || this.gone.aborted) return
    const left = this.#isDirect ? this.#writeAtOnce(text) : text
    if (left.length === 0 || this.gone.aborted) return
    this.#pending += text.length
    // Only the callback tells that a text has arrived: streams of Bun and Node agree on nothing else.
    this.stream.write(left, (error) => {
      this.#pending -= text.length
      if (error) this.#fail(error)
      this.#wake()
    })
  }

  /** What is left for the stream. */
  #writeAtOnce(text: string): string | Uint8Array {
    this.#written += text.length
    if (this.#written > mostAtOnce) return text
    const bytes = Buffer.from(text)
    try {
      return bytes.subarray(writeSync(this.#descriptor, bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#fail(error as NodeJS.ErrnoException)
      return text
    }
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.gone.aborted) return
    if (error.code !== 'EPIPE') this.#failure = error
    this.#gone.abort(error)
    this.#wake()
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

function isPipeOrFile(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor)
    return stat.isFIFO() || stat.isSocket() || stat.isFile()
  } catch {
    return false
  }
}

/** The answer. */
export const stdout: Outlet = new StandardStream(1, () => process.stdout)

/** Progress, warnings and errors. */
export const stderr: Outlet = new StandardStream(2, () => process.stderr)
