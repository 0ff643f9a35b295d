import type { Decoded, FailureReason } from '../../agent/protocol/protocol.ts'
import type { ClientRound } from '../../judge/timers/evidence.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Pod } from '../../model/cluster/kubernetes.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import { UserError } from '../../model/common/user-error.ts'
import { endedEarly } from '../run/clients/pods/pod-progress.ts'
import type { ClientEvent } from '../run/clients/spec.ts'
import type { ProbeSubject } from '../plan/preflight.ts'
import type { RecognisedBackend, Recogniser } from '../count/recognise.ts'
import { MeasuringClient } from './client.ts'

export interface RoundOptions {
  /** 1, 2, … */
  number: number
  clients: number
  subject: ProbeSubject
  /** As last heard. */
  endpoints: readonly Endpoint[]
  recogniser: Recogniser
  onStage: (text: string) => void
  onNote: (text: string) => void
  /** All clients that take part have begun to wait. */
  onBegun: () => void
}

/** Lines in the pods' logs that are not the agents', kept for when one fails. */
const mostForeignLines = 5

/** Takes in what the clients of one round saw. */
export class RoundCollector {
  readonly clients: readonly MeasuringClient[]
  readonly failures: FailureReason[] = []
  readonly backends: RecognisedBackend[] = []
  #begun = 0
  readonly #given: RoundOptions
  readonly #foreign: string[] = []

  constructor(given: RoundOptions) {
    this.#given = given
    const { subject, endpoints } = given
    this.clients = Array.from({ length: given.clients }, () => new MeasuringClient(subject, endpoints))
  }

  take(event: ClientEvent): void {
    if (event.kind === 'pod') this.onPod(event.client, event.pod)
    else if (event.kind === 'said') this.onDecoded(event.client, event.decoded, event.arrivedAt)
    else if (event.kind === 'ended') this.onEnded(event.client, event.message)
    else if (event.kind === 'absent') this.onAbsent(event.client, event.why)
    else if (event.kind === 'stage') this.#given.onStage(event.text)
  }

  onPod(client: number, pod: Pod): void {
    this.clients[client]?.onPod(pod)
  }

  onEndpoints(endpoints: readonly Endpoint[], heardAt: number): void {
    for (const client of this.clients) client.onEndpoints(endpoints, heardAt)
  }

  onDecoded(client: number, decoded: Decoded, arrivedAt: number): void {
    const { start, failure, foreign, error } = decoded
    if (failure !== undefined) this.failures.push(failure)
    if (foreign !== undefined && this.#foreign.length < mostForeignLines) this.#foreign.push(foreign)
    if (error !== undefined) throw new UserError(`the probe's agent failed: ${error}`)
    this.clients[client]?.onDecoded(decoded, arrivedAt, ({ identity }) => {
      const backend = identity && this.#given.recogniser.recognise(identity)
      if (backend !== undefined) this.backends.push(backend)
      return backend
    })
    if (start !== undefined) this.#noteBegun()
  }

  onEnded(client: number, message: string): void {
    if (this.clients[client]?.scheme !== undefined) return
    throw endedEarly([...this.#foreign, message], {
      remedy: 'image-with-node',
      what: 'the image must hold Node 18 or newer as "node"',
    })
  }

  onAbsent(client: number, why: string): void {
    this.#given.onNote(`client ${client} does not take part: ${why}`)
    this.#noteBegun()
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
  #noteBegun(): void {
    this.#begun += 1
    if (this.#begun === this.clients.length) this.#given.onBegun()
  }
}
