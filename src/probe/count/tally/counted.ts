import type { Observation } from '../../../model/probe/observation.ts'
import type { RecognisedBackend } from '../recognise.ts'

/** What a tally is told of a request. */
export interface Counted {
  observation: Observation
  recognised: RecognisedBackend | undefined
}

/** Observations that are kept: ten minutes at the default rate. All cells share them. */
const mostKept = { all: 32_768, each: 64 }

/** The requests of a run that is not too long, to add up parts of it once it is known where to cut. */
export class CountedLog {
  readonly #most: number
  #kept: Counted[] | undefined = []

  /** @param cells how many there are that keep such a log */
  constructor(cells: number) {
    this.#most = Math.max(mostKept.each, Math.floor(mostKept.all / Math.max(1, cells)))
  }

  add(observation: Observation, recognised: RecognisedBackend | undefined): void {
    if (this.#kept === undefined) return
    if (this.#kept.length >= this.#most) {
      this.#kept = undefined
      return
    }
    const { number, target, atMs, latencyMs, outcome, newConnection } = observation
    this.#kept.push({ observation: { number, target, atMs, latencyMs, outcome, newConnection }, recognised })
  }

  /** Those that were started between two moments, numbered from 1; undefined of a run that was too long to keep. */
  between(fromMs: number, toMs: number): Counted[] | undefined {
    const own = this.#kept?.filter(({ observation: { atMs } }) => atMs >= fromMs && atMs <= toMs)
    const first = own?.[0]?.observation.number ?? 1
    return own?.map(({ observation, recognised }) => ({
      observation: { ...observation, number: observation.number - first + 1 },
      recognised,
    }))
  }
}
