import type { VisitsReport } from '../../../model/probe/cookies/visits.ts'

/** Follows how the application counts the visits of one user in its own session. */
export class VisitLog {
  #counted = 0
  #highest = 0
  #lost = 0
  #lostOnPod = 0
  readonly #lastBefore: () => VisitLog['last']
  #last: { counter: number; pod: string | undefined } | undefined

  /** @param before of the same place, where the user comes back to it */
  constructor(before?: VisitLog) {
    this.#lastBefore = () => before?.last
  }

  /** What was counted last. */
  get last(): { counter: number; pod: string | undefined } | undefined {
    return this.#last ?? this.#lastBefore()
  }

  /** @param pod who gave the answer, where it is known */
  add(counter: number | undefined, pod: string | undefined): void {
    if (counter === undefined) return
    this.#counted += 1
    this.#highest = Math.max(this.#highest, counter)
    const { last } = this
    if (last !== undefined && counter <= last.counter) {
      this.#lost += 1
      if (pod !== undefined && pod === last.pod) this.#lostOnPod += 1
    }
    this.#last = { counter, pod }
  }

  /** Undefined where no answer held a number. */
  report(): VisitsReport | undefined {
    if (this.#counted === 0) return undefined
    return { counted: this.#counted, highest: this.#highest, lost: this.#lost, lostOnPod: this.#lostOnPod }
  }
}
