import { ApiError, ConnectionError, isRetryable } from '../answers/errors.ts'
import { Backoff } from '../transport/wait.ts'

/** A server that has just started may refuse everybody for some seconds, until it has read its own rules. */
const REFUSAL_GRACE_MS = 15_000

export interface OutageOptions {
  /** Told once when the connection is lost, with the reason. */
  onDisconnect?: ((error: Error) => void) | undefined
  /** Told once when it is back. */
  onReconnect?: (() => void) | undefined
  /** Ends with the last error when there was no connection for so long. Without it, attempts never end. */
  giveUpAfterMs?: number | undefined
}

/** Whether, and after which pause, something that follows the server should try again. */
export class Outage {
  readonly #options: OutageOptions
  readonly #backoff = new Backoff(100, 5000)
  #worked = false
  #since: number | undefined

  constructor(options: OutageOptions) {
    this.#options = options
  }

  /** The server answered. */
  worked(): void {
    if (this.#since !== undefined) this.#options.onReconnect?.()
    this.#since = undefined
    this.#worked = true
    this.#backoff.reset()
  }

  /** Pauses before the next attempt. Rejects with the error when none makes sense, or with the signal's reason. */
  async survive(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now()
    const downMs = this.#since === undefined ? 0 : now - this.#since
    if (!this.#passes(error, downMs) || downMs > (this.#options.giveUpAfterMs ?? Infinity)) throw error
    if (this.#since === undefined) {
      this.#since = now
      this.#options.onDisconnect?.(error instanceof Error ? error : new Error(String(error)))
    }
    await this.#backoff.pause(signal)
  }

  #passes(error: unknown, downMs: number): boolean {
    if (isRetryable(error)) return true
    if (!this.#worked) return false
    const refused = error instanceof ApiError && (error.code === 401 || error.code === 403)
    return error instanceof ConnectionError || (refused && downMs < REFUSAL_GRACE_MS)
  }
}
