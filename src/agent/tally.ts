import type { Identity, Observation, Outcome } from '../model/observation.ts'
import type { End } from './protocol.ts'

/** Identities that are counted one by one, and those of them that the last line lists. */
const countedIdentities = 1024
const listedIdentities = 64

/** Counts what the last line of the stream says. Wants the observations in the order of their numbers. */
export class Tally {
  #requests = 0
  #connections = 0
  readonly #outcomes: Partial<Record<Outcome, number>> = {}
  readonly #identities = new Map<string, { identity: Identity; hits: number }>()
  #uncounted = 0
  #lastRecognised = ''
  #lastAnonymous = ''
  #recognisedSwitches = 0
  #anonymousSwitches = 0

  add(observation: Observation): void {
    this.#requests++
    if (observation.newConnection) this.#connections++
    this.#outcomes[observation.outcome] = (this.#outcomes[observation.outcome] ?? 0) + 1
    if (observation.identity !== undefined) this.#count(observation.identity)
  }

  #count(identity: Identity): void {
    const key = `${identity.source} ${identity.value}`
    if (identity.source === 'none') {
      if (this.#lastAnonymous !== '' && this.#lastAnonymous !== key) this.#anonymousSwitches++
      this.#lastAnonymous = key
    } else {
      // A backend is the same one whether its body or a header named it.
      if (this.#lastRecognised !== '' && this.#lastRecognised !== identity.value) this.#recognisedSwitches++
      this.#lastRecognised = identity.value
    }
    const entry = this.#identities.get(key)
    if (entry !== undefined) entry.hits++
    else if (this.#identities.size < countedIdentities) {
      this.#identities.set(key, { identity: { source: identity.source, value: identity.value }, hits: 1 })
    } else this.#uncounted++
  }

  totals(): Omit<End, 'reason' | 'durationMs' | 'stalledMs'> {
    const identities = [...this.#identities.values()].sort((a, b) => b.hits - a.hits)
    const others = identities.splice(listedIdentities)
    return {
      requests: this.#requests,
      connections: this.#connections,
      outcomes: this.#outcomes,
      identities,
      otherHits: others.reduce((sum, { hits }) => sum + hits, this.#uncounted),
      switches: this.#lastRecognised === '' ? this.#anonymousSwitches : this.#recognisedSwitches,
    }
  }
}
