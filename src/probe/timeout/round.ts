import type { ClientRound } from '../../judge/timers/evidence.ts'
import type { Round } from '../../judge/timers/plan.ts'
import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import { FollowedRun } from '../count/followed-run.ts'
import type { RecognisedBackend, Recogniser } from '../count/recognise.ts'
import { endpointsBehind } from '../plan/entries/behind.ts'
import type { RunEvent } from '../run/observe.ts'
import type { MeasureStep } from '../steps.ts'
import { MeasuringClient } from './client.ts'
import { roundSeconds, waitingWords } from './words.ts'

export interface RoundOptions {
  /** 1, 2, … */
  number: number
  round: Round
  entry: SurveyEntry
  /** As last heard. */
  slices: readonly EndpointSlice[]
  recogniser: Recogniser
}

/** Takes in what the clients of one round saw. */
export class RoundCollector extends FollowedRun<MeasuringClient> {
  readonly clients: readonly MeasuringClient[]
  readonly entries: readonly SurveyEntry[]
  readonly recogniser: Recogniser
  #begun = 0
  readonly #given: RoundOptions

  constructor(given: RoundOptions) {
    const { entry, round, slices, recogniser } = given
    super(slices)
    this.#given = given
    this.entries = [entry]
    this.recogniser = recogniser
    const endpoints = endpointsBehind(slices, entry)
    this.clients = round.pausesMs.map(() => new MeasuringClient(entry, endpoints, recogniser))
  }

  /** Takes in what happened, and tells what is worth telling. Throws UserError when an agent could not do its work. */
  *take(event: RunEvent): Generator<MeasureStep, void, undefined> {
    this.follow(event)
    if (event.kind === 'stage') yield event
    else if (event.kind === 'ended') this.#checkBegun(this.clientOf(event.client))
    else if (event.kind === 'said') {
      this.clientOf(event.client)?.onDecoded(event.decoded, event.arrivedAt)
      if (event.decoded.start !== undefined) yield* this.#begin()
    } else if (event.kind === 'absent') {
      yield { kind: 'note', text: `client ${event.client} does not take part: ${event.why}` }
      yield* this.#begin()
    }
  }

  /** Who has ended has asked before. */
  #checkBegun(client: MeasuringClient | undefined): void {
    if (client !== undefined && client.scheme === undefined)
      throw client.endedEarly({
        remedy: 'image-with-node',
        what: 'the image must hold Node 18 or newer as "node"',
      })
  }

  /** Who gave the answers that name somebody. */
  get backends(): RecognisedBackend[] {
    return this.clients.flatMap(({ seen }) => seen.flatMap(({ backend }) => backend ?? []))
  }

  get scheme(): Scheme | undefined {
    return this.clients.find(({ scheme }) => scheme !== undefined)?.scheme
  }

  /** What the clients that sent something did. */
  runs(): ClientRound[] {
    const { number } = this.#given
    return this.clients.flatMap((client, index) =>
      client.seen.length === 0 ? [] : [client.run(number, index)],
    )
  }

  /** Another client waits, or does not take part: once that is so of all, how long they do is told. */
  *#begin(): Generator<MeasureStep, void, undefined> {
    const { number, round } = this.#given
    this.#begun += 1
    if (this.#begun < this.clients.length) return
    const untilMs = performance.now() + roundSeconds(round) * 1000
    yield { kind: 'wait', text: waitingWords(number, round), untilMs }
  }
}
