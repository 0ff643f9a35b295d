import type { Decoded, FailureReason } from '../../agent/protocol/protocol.ts'
import type { ClientRound } from '../../judge/timers/evidence.ts'
import type { Round } from '../../judge/timers/plan.ts'
import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import { UserError } from '../../model/common/user-error.ts'
import { endedEarly } from '../run/clients/pods/pod-progress.ts'
import type { RunEvent } from '../run/observe.ts'
import { endpointsBehind, endpointsOfAll } from '../plan/entries/behind.ts'
import type { MeasureStep } from '../steps.ts'
import type { RecognisedBackend, Recogniser } from '../count/recognise.ts'
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

/** Lines in the pods' logs that are not the agents', kept for when one fails. */
const mostForeignLines = 5

/** Takes in what the clients of one round saw. */
export class RoundCollector {
  readonly clients: readonly MeasuringClient[]
  readonly failures: FailureReason[] = []
  readonly backends: RecognisedBackend[] = []
  /** Why endpoints that came or went may not be known. */
  watchTrouble: Error | undefined
  #slices: readonly EndpointSlice[]
  #begun = 0
  readonly #given: RoundOptions
  readonly #foreign: string[] = []

  constructor(given: RoundOptions) {
    this.#given = given
    this.#slices = given.slices
    const { entry, round } = given
    const endpoints = endpointsBehind(given.slices, entry)
    this.clients = round.pausesMs.map(() => new MeasuringClient(entry, endpoints))
  }

  /** As last heard. */
  get slices(): readonly EndpointSlice[] {
    return this.#slices
  }

  /** Takes in what happened, and tells what is worth telling. Throws UserError when an agent could not do its work. */
  *take(event: RunEvent): Generator<MeasureStep, void, undefined> {
    if (event.kind === 'stage') yield event
    else if (event.kind === 'pod') this.clients[event.client]?.onPod(event.pod)
    else if (event.kind === 'slices') this.#follow(event.slices, event.heardAt)
    else if (event.kind === 'watch-trouble') this.watchTrouble = event.error
    else if (event.kind === 'ended') this.#onEnded(event.client, event.message)
    else if (event.kind === 'said') {
      this.#hear(event.client, event.decoded, event.arrivedAt)
      if (event.decoded.start !== undefined) yield* this.#begin()
    } else if (event.kind === 'absent') {
      yield { kind: 'note', text: `client ${event.client} does not take part: ${event.why}` }
      yield* this.#begin()
    }
  }

  #follow(slices: readonly EndpointSlice[], heardAt: number): void {
    const { entry, recogniser } = this.#given
    this.#slices = slices
    recogniser.update(endpointsOfAll(slices, [entry]))
    const endpoints = endpointsBehind(slices, entry)
    for (const client of this.clients) client.onEndpoints(endpoints, heardAt)
  }

  #hear(client: number, decoded: Decoded, arrivedAt: number): void {
    const { failure, foreign, error } = decoded
    if (failure !== undefined) this.failures.push(failure)
    if (foreign !== undefined && this.#foreign.length < mostForeignLines) this.#foreign.push(foreign)
    if (error !== undefined) throw new UserError(`the probe's agent failed: ${error}`)
    this.clients[client]?.onDecoded(decoded, arrivedAt, ({ identity }) => {
      const backend = identity && this.#given.recogniser.recognise(identity)
      if (backend !== undefined) this.backends.push(backend)
      return backend
    })
  }

  #onEnded(client: number, message: string): void {
    if (this.clients[client]?.scheme !== undefined) return
    throw endedEarly([...this.#foreign, message], {
      remedy: 'image-with-node',
      what: 'the image must hold Node 18 or newer as "node"',
    })
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
