import { write } from 'node:fs'

/** Characters that may wait to be written before requests are held back. */
const enough = 131_072

/**
 * Writes lines to a file descriptor without ever blocking the event loop, which would falsify latencies: process.stdout
 * blocks when it is a pipe that nobody reads. One write is under way at a time, the rest waits here.
 */
export class AgentOutput {
  readonly #descriptor: number
  readonly #onDrain: () => void
  #waiting = ''
  #writing = false
  #onIdle: (() => void) | undefined

  constructor(descriptor: number, onDrain: () => void) {
    this.#descriptor = descriptor
    this.#onDrain = onDrain
  }

  /** Too much waits: nothing that makes more lines should be started before `onDrain`. */
  get full(): boolean {
    return this.#waiting.length > enough
  }

  readonly write = (line: string): void => {
    this.#waiting += `${line}\n`
    if (!this.#writing) this.#next()
  }

  /** Calls back once everything is written. */
  whenIdle(callback: () => void): void {
    if (this.#writing) this.#onIdle = callback
    else callback()
  }

  #next(): void {
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    this.#writing = true
    this.#send(bytes, 0)
  }

  #send(bytes: Buffer, offset: number): void {
    write(this.#descriptor, bytes, offset, bytes.length - offset, null, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#send(bytes, offset), 5)
      // Nobody will ever read it.
      else if (error !== null) process.exit(1)
      else if (offset + written < bytes.length) this.#send(bytes, offset + written)
      else this.#written()
    })
  }

  #written(): void {
    this.#writing = false
    if (this.#waiting !== '') this.#next()
    this.#onDrain()
    if (!this.#writing) this.#onIdle?.()
  }
}
