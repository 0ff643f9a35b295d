import type { Observation } from '../../model/probe/observation.ts'

/** Requests that may have ended while an earlier one is still in flight. */
export const sequencerWindow = 16_384

/** Brings observations into the order of their numbers. Whoever starts requests must respect `full`. */
export class Sequencer {
  readonly #emit: (observation: Observation) => void
  readonly #waiting = new Map<number, Observation>()
  #next: number

  /** @param first the number of the first observation */
  constructor(emit: (observation: Observation) => void, first: number) {
    this.#emit = emit
    this.#next = first
  }

  get full(): boolean {
    return this.#waiting.size >= sequencerWindow
  }

  add(observation: Observation): void {
    if (observation.number !== this.#next) {
      this.#waiting.set(observation.number, observation)
      return
    }
    this.#emit(observation)
    this.#next++
    while (this.#waiting.size > 0) {
      const following = this.#waiting.get(this.#next)
      if (following === undefined) return
      this.#waiting.delete(this.#next)
      this.#emit(following)
      this.#next++
    }
  }

  /** Gives up on requests that have not ended; `skip` is called in the place of each. */
  finish(lastNumber: number, skip: () => void): void {
    for (; this.#next <= lastNumber; this.#next++) {
      const observation = this.#waiting.get(this.#next)
      if (observation === undefined) skip()
      else this.#emit(observation)
    }
    this.#waiting.clear()
  }
}
