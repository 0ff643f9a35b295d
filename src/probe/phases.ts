import type { Backend } from '../model/backend.ts'
import type { Phase, PhaseName } from '../model/during.ts'
import type { Observation } from '../model/observation.ts'
import type { EndpointChange } from '../model/probe-result.ts'
import type { RunObserver } from './collect.ts'

/** What there has to be before the command and after all is still, in milliseconds and requests. */
const leastMs = 2000
const leastRequests = 20

/** Endpoints that did not change for so long after the command are taken to be still, in milliseconds. */
const stillMs = 3000

interface Counted {
  name: PhaseName
  fromMs: number
  toMs: number
  requests: number
  failed: number
  hits: Map<string, number>
}

export interface PhaseActions {
  /** The run is steady: the command can start. */
  start: () => void
  /** All is said. */
  finish: () => void
}

/** Divides a run into what was before a command, during it and after it, and says when to go on. */
export class Phases implements RunObserver {
  readonly #actions: PhaseActions
  readonly #phases: [Counted, ...Counted[]] = [begin('before', 0)]
  #nowMs = 0
  #commandEndedMs: number | undefined
  #lastChangeMs = 0
  #finished = false

  constructor(actions: PhaseActions) {
    this.#actions = actions
  }

  onObserved({ atMs, latencyMs, outcome }: Observation, backend: Backend | undefined): void {
    // Lines arrive later than what they tell: the phase follows from the time of the request.
    const phase = this.#phases.findLast(({ fromMs }) => atMs >= fromMs) ?? this.#phases[0]
    phase.requests += 1
    phase.toMs = Math.max(phase.toMs, atMs + latencyMs)
    if (outcome !== 'answered') phase.failed += 1
    if (backend !== undefined) phase.hits.set(backend.letter, (phase.hits.get(backend.letter) ?? 0) + 1)
  }

  onSwitch(): void {}

  onChanges(changes: readonly EndpointChange[]): void {
    for (const { atMs } of changes) this.#lastChangeMs = Math.max(this.#lastChangeMs, atMs)
  }

  onTime(nowMs: number): void {
    this.#nowMs = nowMs
    const phase = this.#phases.at(-1) ?? this.#phases[0]
    const isLong = phase.requests >= leastRequests && nowMs >= phase.fromMs + leastMs
    if (phase.name === 'before' && isLong) {
      this.#phases.push(begin('during', nowMs))
      this.#actions.start()
    } else if (phase.name === 'during' && this.#isStill) this.#phases.push(begin('after', nowMs))
    else if (phase.name === 'after' && isLong && !this.#finished) {
      this.#finished = true
      this.#actions.finish()
    }
  }

  /** The command has ended. */
  commandEnded(): void {
    this.#commandEndedMs = this.#nowMs
  }

  /** When the command started and ended, and the phases that were reached. */
  report(): { startedMs: number; endedMs?: number; phases: Phase[] } {
    return {
      startedMs: this.#phases[1]?.fromMs ?? this.#nowMs,
      ...(this.#commandEndedMs === undefined ? {} : { endedMs: this.#commandEndedMs }),
      phases: this.#phases.map(({ hits, ...phase }) => ({
        ...phase,
        backends: [...hits].map(([letter, count]) => ({ letter, hits: count })),
      })),
    }
  }

  get #isStill(): boolean {
    return (
      this.#commandEndedMs !== undefined &&
      this.#nowMs >= Math.max(this.#commandEndedMs, this.#lastChangeMs) + stillMs
    )
  }
}

function begin(name: PhaseName, fromMs: number): Counted {
  return { name, fromMs, toMs: fromMs, requests: 0, failed: 0, hits: new Map() }
}
