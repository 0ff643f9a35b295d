import type { Observation } from '../../../model/probe/observation.ts'
import type { CookieEnd } from '../../../model/probe/results/probe-result.ts'
import type { RecognisedBackend } from '../recognise.ts'
import type { Tally } from './tally.ts'

/** Requests that follow each other, on one connection as long as that lasts, with each answer counted as a pick. */
export class PicksInTurn {
  readonly tally: Tally
  /** Who gave the answer before on this connection. */
  #onConnection: string | undefined
  /** Answers on one connection came from different backends. */
  isEachPicked = false

  constructor(tally: Tally) {
    this.tally = tally
  }

  add(
    observation: Observation,
    recognised: RecognisedBackend | undefined,
    ended: CookieEnd | undefined,
  ): void {
    this.tally.add({ ...observation, newConnection: true }, recognised, ended)
    if (observation.newConnection) this.#onConnection = undefined
    if (recognised === undefined) return
    this.#onConnection ??= recognised.key
    if (this.#onConnection !== recognised.key) this.isEachPicked = true
  }
}
