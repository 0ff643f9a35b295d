import type { ProbeEvent } from '../model/probe/probe-event.ts'
import type { EndpointChange, SwitchExplanation } from '../model/probe/results/probe-result.ts'
import { explainSwitches, slackMs } from './count/endpoints/explain.ts'
import type { Observed, ProbeStep } from './steps.ts'
import { SwitchLog, type SwitchRecord } from './count/tally/switches.ts'
import { defined } from '../model/common/values.ts'

/** Switches that wait for an explanation at most; the oldest then goes without. */
const mostHeld = 256

/** A switch that waits for its explanation, and whose it is where there are several cells. */
interface WaitingSwitch extends SwitchRecord {
  cell: { client?: number; entry?: number; session?: number }
}

/**
 * Makes events of what happens in a run, in bounded memory. News of an endpoint may come later than the switch that it
 * explains: a switch without a reason waits for one as long as `explain.ts` would accept it.
 */
export class EventMaker {
  readonly #emit: (event: ProbeEvent, at: Date) => void
  readonly #clock: () => number
  readonly #note: (text: string) => void
  readonly #anonymous = new Set<string>()
  #tellsSwitches = true
  #endpoints = 0
  #several = { clients: false, entries: false }
  #hasUsers = false
  #isHashed = false
  #held: WaitingSwitch[] = []
  #changes: readonly EndpointChange[] = []
  /** When the first request was, by `clock`. */
  #zeroAt: number | undefined

  /**
   * @param emit is told each event, and when it happened
   * @param clock milliseconds since 1970
   * @param note is told what is left out
   */
  constructor(
    emit: (event: ProbeEvent, at: Date) => void,
    clock: () => number,
    note: (text: string) => void,
  ) {
    this.#emit = emit
    this.#clock = clock
    this.#note = note
  }

  take(step: ProbeStep): void {
    if (step.kind === 'planned') this.#begin(step)
    else if (step.kind === 'endpoints') this.#tellChanges(step.changes)
    else if (step.kind === 'observed') {
      for (const one of step.seen) if (one.switched !== undefined) this.#hold(one, one.switched)
      this.#zeroAt = this.#clock() - step.nowMs
      this.#changes = step.changes
      this.#release(step.nowMs)
    }
  }

  /** The run is over: nothing waits any longer. */
  finish(): void {
    this.#release(Infinity)
  }

  #begin({ expected, endpoints, clients, entries, users, isHashed }: ProbeStep & { kind: 'planned' }): void {
    this.#endpoints = endpoints
    this.#several = { clients: clients > 1, entries: entries > 1 }
    this.#isHashed = isHashed
    this.#hasUsers = users > 0
    // Where switches are the rule they say nothing.
    this.#tellsSwitches = expected === 'sticky'
    if (!this.#tellsSwitches)
      this.#note('each request may pick another pod here: endpoints are told, switches are counted')
  }

  #hold({ client, entry, session, isLoose }: Observed, record: SwitchRecord): void {
    if (!this.#tellsSwitches || isLoose === true) return
    const { clients, entries } = this.#several
    const cell = {
      ...(clients ? { client } : {}),
      ...(entries ? { entry } : {}),
      ...(this.#hasUsers ? { session } : {}),
    }
    this.#held.push({ ...record, cell })
    for (const { kind, name } of [record.from, record.to]) if (kind === 'anonymous') this.#anonymous.add(name)
    if (this.#anonymous.size <= this.#endpoints) return
    // More answers that name nobody differ than there can be endpoints.
    this.#tellsSwitches = false
    this.#held = []
    this.#note(
      'the answers do not say which pod gave them: endpoints are told, switches are not; ask for an answer that names the pod',
    )
  }

  #tellChanges(changes: readonly EndpointChange[]): void {
    for (const change of changes) {
      if (change.kind === 'added') this.#endpoints += 1
      this.#say({ type: 'endpoint', atMs: change.atMs, change })
    }
  }

  #release(nowMs: number): void {
    let done = 0
    for (const record of this.#held) {
      const explanation = explanationOf(record, this.#changes)
      const late = nowMs > record.atMs + slackMs || this.#held.length - done > mostHeld
      if (explanation === undefined && !late) break
      const { number, atMs, from, to, cell } = record
      const isRehashed = explanation === undefined && this.#isRehashed(atMs) ? true : undefined
      this.#say(defined({ type: 'switch', ...cell, number, atMs, from, to, explanation, isRehashed }))
      done += 1
    }
    if (done > 0) this.#held = this.#held.slice(done)
  }

  /** Nothing became of its pod, but the pods that a value is hashed to were others than before. */
  #isRehashed(atMs: number): boolean {
    return this.#isHashed && this.#changes.some((change) => Math.abs(change.atMs - atMs) <= slackMs)
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
