import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Timing } from '../../model/affinity/expectation.ts'
import type { DirectRound } from '../run/direct/ask.ts'
import type { Said } from '../run/direct/confirm.ts'
import type { RunEvent } from '../run/observe.ts'
import type { ProbeStep } from '../steps.ts'
import { attributeTo, confirmFingerprints, lookAround, unattributed } from './after-run.ts'
import { askOfPods, doubtNames, settleBy } from './doubts.ts'
import type { Seen } from './cell.ts'
import { type GatheredOptions, Gathered } from './gathered.ts'
import { liveOf, observedBy } from './result/live.ts'
import { surveyOf } from './result/survey.ts'
import { messageOf } from '../../model/common/user-error.ts'

/** Takes in what the clients of a probe observe through its entries, and makes a result of it. */
export class RunCollector {
  readonly #gathered: Gathered
  #gaps = 0

  constructor(given: GatheredOptions) {
    this.#gathered = new Gathered(given)
  }

  /** Takes in what happened, and tells what is worth telling. Throws UserError when the only agent could not do its work. */
  *take(event: RunEvent): Generator<ProbeStep, void, undefined> {
    const changes = this.#gathered.take(event)
    if (changes.length > 0) yield { kind: 'endpoints', changes }
    if (event.kind === 'stage') yield event
    else if (event.kind === 'pod' && this.#gathered.clients.length === 1)
      yield { kind: 'stage', text: 'waiting for the first answer' }
    else if (event.kind === 'ended') yield { kind: 'ended', client: event.client }
    else if (event.kind === 'said') yield* this.#hear(event)
  }

  *#hear({
    client,
    decoded,
    arrivedAt,
  }: Extract<RunEvent, { kind: 'said' }>): Generator<ProbeStep, void, undefined> {
    this.#gathered.stopwatch.onDecoded(decoded)
    const own = this.#gathered.clientOf(client)
    if (own === undefined) return
    let seen: Seen[] = []
    try {
      const heard = own.onDecoded(decoded, arrivedAt)
      seen = heard.seen
      if (heard.gap !== undefined) yield* this.#tellGap(client, heard.gap)
    } catch (error) {
      if (this.#gathered.clients.length === 1) throw error
      // One agent that breaks is one client less.
      own.endMessage = messageOf(error)
    }
    const { startedAt } = own
    if (startedAt !== undefined) {
      const runStart = this.#gathered.startedAt ?? startedAt
      const offsetMs = startedAt - runStart
      yield {
        kind: 'observed',
        nowMs: arrivedAt - runStart,
        seen: seen.map((one) => observedBy(client, one, offsetMs)),
        changes: this.#gathered.history.changes,
      }
    }
    if (decoded.observations.length > 0) yield { kind: 'state', state: () => liveOf(this.#gathered) }
  }

  /** Of one client each, of many the first: they have the same cause. */
  *#tellGap(client: number, gap: string): Generator<ProbeStep, void, undefined> {
    this.#gaps += 1
    if (this.#gathered.clients.length === 1) yield { kind: 'note', text: gap }
    else if (this.#gaps === 1) yield { kind: 'note', text: `client ${client}: ${gap}` }
  }

  /** Who serves the Service, and so when an entry may end, is known, or not to be known. */
  settle(timing: Timing | undefined): void {
    if (timing === undefined) return
    for (const { cells } of this.#gathered.clients) for (const cell of cells) cell.settle(timing)
  }

  /** The endpoints were asked directly once more: do their answers still mean the same? */
  confirm(again: DirectRound): void {
    confirmFingerprints(this.#gathered, again)
  }

  /** The clients have ended: what decides beside the answers. Tells which endpoints are yet to be asked directly. */
  async lookBack(): Promise<Endpoint[]> {
    await lookAround(this.#gathered)
    return await askOfPods(this.#gathered)
  }

  /** These were. */
  async settleBy(said: readonly Said[]): Promise<void> {
    await settleBy(this.#gathered, said)
  }

  /** Looks for who answered where the answers do not tell, and makes the result. */
  async *conclude(): AsyncGenerator<ProbeStep, void, undefined> {
    doubtNames(this.#gathered)
    const found = unattributed(this.#gathered)
    if (found.length > 0) {
      yield { kind: 'stage', text: 'the answers do not tell who gave them; looking at the pods' }
      try {
        await attributeTo(this.#gathered, found)
      } catch (error) {
        if (!this.#gathered.given.control.interrupted.aborted) throw error
      }
    }
    yield { kind: 'result', result: surveyOf(this.#gathered) }
  }
}
