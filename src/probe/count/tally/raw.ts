import type { Observation } from '../../../model/probe/observation.ts'
import type { CookieEnd } from '../../../model/probe/results/probe-result.ts'

/** Observations that are kept though answers name pods: sockets are seen for a minute. */
const mostNamed = 4096

/** How much is kept. */
export interface RawLimit {
  most: number
  /** Only where answers do not tell who gave them. */
  unlessNamed: boolean
}

/** One observation as it came. */
export interface Raw {
  observation: Observation
  /** It came without the cookie that should have held it. */
  ended: CookieEnd | undefined
}

/** The observations of a run that is not too long, for when who gave the answers is found out otherwise. */
export class RawLog {
  readonly #limit: RawLimit
  #kept: Raw[] | undefined = []
  #named = 0
  #nameless = 0

  constructor(limit: RawLimit) {
    this.#limit = limit
  }

  /** @param isNamed the answer names a pod */
  add(raw: Raw, isNamed: boolean): void {
    if (isNamed) this.#named += 1
    else if (raw.observation.outcome === 'answered') this.#nameless += 1
    const { most, unlessNamed } = this.#limit
    const room = unlessNamed && this.#named > 0 ? Math.min(most, mostNamed) : most
    if (this.#kept !== undefined && this.#kept.length < room) this.#kept.push(raw)
    else this.#kept = undefined
  }

  /** All of them; empty where there were too many to keep. */
  get all(): readonly Raw[] {
    return this.#kept ?? []
  }

  /** Most answers say who gave them, and no more was asked. */
  get isSettled(): boolean {
    return this.#limit.unlessNamed && this.#named > this.#nameless
  }
}
