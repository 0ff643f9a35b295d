import type { Identity, Observation, Outcome } from '../../model/probe/observation.ts'
import type { Totals } from './protocol.ts'

/** Counts what the last line about a target says. Wants the observations in the order of their numbers. */
export class TargetTally {
  #requests = 0
  #connections = 0
  readonly #outcomes: Partial<Record<Outcome, number>> = {}
  #lastRecognised = ''
  #lastAnonymous = ''
  #recognisedSwitches = 0
  #anonymousSwitches = 0

  add(observation: Observation): void {
    this.#requests++
    if (observation.newConnection) this.#connections++
    this.#outcomes[observation.outcome] = (this.#outcomes[observation.outcome] ?? 0) + 1
    if (observation.identity !== undefined) this.#compare(observation.identity)
  }

  #compare({ source, value }: Identity): void {
    if (source === 'none') {
      if (this.#lastAnonymous !== '' && this.#lastAnonymous !== value) this.#anonymousSwitches++
      this.#lastAnonymous = value
    } else {
      // A backend is the same one whether its body or a header named it.
      if (this.#lastRecognised !== '' && this.#lastRecognised !== value) this.#recognisedSwitches++
      this.#lastRecognised = value
    }
  }

  totals(): Totals {
    return {
      requests: this.#requests,
      connections: this.#connections,
      outcomes: this.#outcomes,
      switches: this.#lastRecognised === '' ? this.#anonymousSwitches : this.#recognisedSwitches,
    }
  }
}

/** Of all targets together. */
export function sumTotals(all: readonly Totals[]): Totals {
  const sum: Totals = { requests: 0, connections: 0, outcomes: {}, switches: 0 }
  for (const { requests, connections, outcomes, switches } of all) {
    sum.requests += requests
    sum.connections += connections
    sum.switches += switches
    for (const [outcome, count] of Object.entries(outcomes) as [Outcome, number][]) {
      sum.outcomes[outcome] = (sum.outcomes[outcome] ?? 0) + count
    }
  }
  return sum
}
