import type { Backend } from '../../../model/probe/backend.ts'
import type { CookieEnd } from '../../../model/probe/results/probe-result.ts'

/** So many of the first and of the last switches are kept unless told otherwise. */
const defaultKept = 500

/** A change of the backend from one pick to the next, with what an explanation needs to know. */
export interface SwitchRecord {
  number: number
  atMs: number
  /** When the backend before it answered last. */
  previousMs: number
  from: Backend
  to: Backend
  /** For how long no proxy may have seen the client, when that was as long as affinity lasts. */
  silentMs?: number
  /** How long ago the pod may have been picked, where affinity may end so long after that. */
  ageMs?: number
  /** The cookie that the user had been held by until then, where its life was over. */
  ended?: CookieEnd
}

/** The first switches, the last ones, and how many there were. */
export class SwitchLog {
  count = 0
  /** Of all switches, those once affinity may have been over, or without the cookie whose life was. */
  expired = 0
  readonly #first: SwitchRecord[] = []
  #last: SwitchRecord[] = []
  readonly #kept: number

  /** @param kept how many of the first, and of the last */
  constructor(kept = defaultKept) {
    this.#kept = kept
  }

  add(record: SwitchRecord): void {
    this.count += 1
    if ((record.silentMs ?? record.ageMs ?? record.ended) !== undefined) this.expired += 1
    if (this.#first.length < this.#kept) {
      this.#first.push(record)
      return
    }
    this.#last.push(record)
    // Cut off in batches: moving hundreds of records for each new one would be slow.
    if (this.#last.length >= 2 * this.#kept) this.#last = this.#last.slice(-this.#kept)
  }

  /** The switches that are kept, and whether all of them are. */
  kept(): { first: readonly SwitchRecord[]; last: readonly SwitchRecord[]; all: boolean } {
    return { first: this.#first, last: this.#last.slice(-this.#kept), all: this.count <= 2 * this.#kept }
  }
}
