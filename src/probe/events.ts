import type { ProbeEvent } from '../model/probe-event.ts'
import type { EndpointChange, SwitchExplanation } from '../model/probe-result.ts'
import type { RunObserver } from './collect.ts'
import { explainSwitches, slackMs } from './explain.ts'
import { SwitchLog, type SwitchRecord } from './switches.ts'

/** Switches that wait for an explanation at most; the oldest then goes without. */
const mostHeld = 256

/** What an observer has to know of the run before it begins. */
export interface EventOptions {
  /** False where switches are the rule. */
  tellsSwitches: boolean
  /** How many endpoints there are when the run begins. */
  endpoints: number
  /** Called when more answers that name nobody differ than there can be endpoints: from then on no switch is told. */
  onIndistinct: () => void
}

/**
 * Makes events of what happens in a run, in bounded memory. News of an endpoint may come later than the switch that it
 * explains: a switch without a reason waits for one as long as `explain.ts` would accept it.
 */
export class EventObserver implements RunObserver {
  readonly #emit: (event: ProbeEvent, at: Date) => void
  readonly #clock: () => number
  readonly #onIndistinct: () => void
  readonly #anonymous = new Set<string>()
  #tellsSwitches: boolean
  #endpoints: number
  #held: SwitchRecord[] = []
  #changes: readonly EndpointChange[] = []
  /** When the first request was, by `clock`. */
  #zeroAt: number | undefined

  /**
   * @param emit is told each event, and when it happened
   * @param clock milliseconds since 1970
   */
  constructor(
    emit: (event: ProbeEvent, at: Date) => void,
    clock: () => number,
    { tellsSwitches, endpoints, onIndistinct }: EventOptions,
  ) {
    this.#tellsSwitches = tellsSwitches
    this.#endpoints = endpoints
    this.#onIndistinct = onIndistinct
    this.#emit = emit
    this.#clock = clock
  }

  onObserved(): void {}

  onSwitch(record: SwitchRecord): void {
    if (!this.#tellsSwitches) return
    this.#held.push(record)
    for (const { kind, name } of [record.from, record.to]) if (kind === 'anonymous') this.#anonymous.add(name)
    if (this.#anonymous.size <= this.#endpoints) return
    this.#tellsSwitches = false
    this.#held = []
    this.#onIndistinct()
  }

  onChanges(changes: readonly EndpointChange[]): void {
    for (const change of changes) {
      if (change.kind === 'added') this.#endpoints += 1
      this.#say({ type: 'endpoint', atMs: change.atMs, change })
    }
  }

  onTime(nowMs: number, changes: readonly EndpointChange[]): void {
    this.#zeroAt = this.#clock() - nowMs
    this.#changes = changes
    this.#release(nowMs)
  }

  /** The run is over: nothing waits any longer. */
  finish(): void {
    this.#release(Infinity)
  }

  #release(nowMs: number): void {
    let done = 0
    for (const record of this.#held) {
      const explanation = explanationOf(record, this.#changes)
      const late = nowMs > record.atMs + slackMs || this.#held.length - done > mostHeld
      if (explanation === undefined && !late) break
      const { number, atMs, from, to } = record
      this.#say({
        type: 'switch',
        number,
        atMs,
        from,
        to,
        ...(explanation === undefined ? {} : { explanation }),
      })
      done += 1
    }
    if (done > 0) this.#held = this.#held.slice(done)
  }

  #say(event: ProbeEvent): void {
    const at = this.#zeroAt === undefined ? this.#clock() : this.#zeroAt + event.atMs
    this.#emit(event, new Date(at))
  }
}

function explanationOf(
  record: SwitchRecord,
  changes: readonly EndpointChange[],
): SwitchExplanation | undefined {
  const log = new SwitchLog()
  log.add(record)
  return explainSwitches(log, changes).switches[0]?.explanation
}
