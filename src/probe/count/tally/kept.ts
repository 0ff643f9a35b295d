import { formatSeconds } from '../../../model/common/words/amounts.ts'
import type { Observation, Replaced } from '../../../model/probe/observation.ts'
import type { Expectation } from '../../../model/affinity/expectation.ts'

/** Ends of connections that are told one by one. */
const mostTold = 3

const howWords: Record<Replaced, string> = {
  closed: 'was closed by the other side',
  reset: 'was reset',
  timeout: 'stopped answering and was given up',
}

interface Life {
  openedMs: number
  lastMs: number
  requests: number
  /** The backend of all its answers; undefined before the first one. */
  key: string | undefined
  stayed: boolean
}

/** Follows one connection that is kept open, and those that replace it, in the order of their observations. */
export class KeptConnection {
  readonly #told: string[] = []
  #ended = 0
  #current: Life | undefined
  /** The longest one whose answers all came from one backend. */
  #longestMs = 0

  /** @param key the backend that answered, if it is known */
  add({ number, atMs, latencyMs, newConnection, replaced }: Observation, key: string | undefined): void {
    if (newConnection || this.#current === undefined) {
      if (replaced !== undefined && this.#current !== undefined) this.#end(this.#current, number, replaced)
      this.#current = { openedMs: atMs, lastMs: atMs, requests: 0, key: undefined, stayed: true }
    }
    const life = this.#current
    life.requests += 1
    life.lastMs = atMs + latencyMs
    if (key !== undefined && life.key !== undefined && key !== life.key) life.stayed = false
    life.key ??= key
    if (life.stayed && life.key !== undefined) {
      this.#longestMs = Math.max(this.#longestMs, life.lastMs - life.openedMs)
    }
  }

  /** Sentences for the report. */
  notes({ idleMs: timeoutMs = Infinity }: Pick<Expectation, 'idleMs'>): string[] {
    const more = this.#ended - this.#told.length
    return [
      ...this.#told,
      ...(more > 0 ? [`${more} more connections ended before the run did`] : []),
      ...(this.#longestMs > timeoutMs
        ? [
            `a connection of ${formatSeconds(this.#longestMs)} outlived the affinity of ${formatSeconds(timeoutMs)} and stayed with its pod: affinity is looked at when a connection opens`,
          ]
        : []),
    ]
  }

  #end({ openedMs, lastMs, requests }: Life, number: number, how: Replaced): void {
    this.#ended += 1
    if (this.#told.length >= mostTold) return
    const life = `after ${formatSeconds(lastMs - openedMs)} and ${requests} ${requests === 1 ? 'request' : 'requests'}`
    this.#told.push(
      `the connection that was kept open ${howWords[how]} ${life}; request ${number} opened another`,
    )
  }
}
