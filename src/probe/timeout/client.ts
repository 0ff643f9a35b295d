import type { Decoded } from '../../agent/protocol/protocol.ts'
import type { TimedAnswer, ClientRound } from '../../judge/timers/evidence.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Pod } from '../../model/cluster/kubernetes.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import { NodeClock } from '../run/clock.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import { eligibleThrough, type EntryClient } from '../plan/entries/eligible.ts'
import { EndpointHistory } from '../count/endpoints/history.ts'
import { isLoss } from '../../model/probe/results/left.ts'
import { slackMs } from '../count/endpoints/explain.ts'
import { ownerOf } from '../plan/needles.ts'
import { familyOf } from '../../model/common/network/ip.ts'
import type { RecognisedBackend } from '../count/recognise.ts'
import { defined } from '../../model/common/values.ts'

/** A request of the client, with the backend that its answer names. */
interface Seen {
  atMs: number
  latencyMs: number
  answered: boolean
  backend?: RecognisedBackend
}

/** What one client of a round saw, with what is known of the endpoints at that time. */
export class MeasuringClient {
  readonly #entry: SurveyEntry
  #history: EndpointHistory
  #endpoints: readonly Endpoint[]
  #clock: NodeClock | undefined
  #epochMs = 0
  #detectionMs = 0
  #node = ''
  #address = ''
  #seenAddress: string | undefined
  #scheme: Scheme | undefined
  readonly seen: Seen[] = []

  /** @param endpoints those behind the entry */
  constructor(entry: SurveyEntry, endpoints: readonly Endpoint[]) {
    this.#entry = entry
    this.#endpoints = endpoints
    this.#history = new EndpointHistory(endpoints, this.#eligible())
  }

  get scheme(): Scheme | undefined {
    return this.#scheme
  }

  get node(): string {
    return this.#node
  }

  get history(): EndpointHistory {
    return this.#history
  }

  onPod(pod: Pod): void {
    this.#node = pod.spec.nodeName ?? ''
    this.#history = new EndpointHistory(this.#endpoints, this.#eligible())
  }

  onEndpoints(endpoints: readonly Endpoint[], heardAt: number): void {
    this.#endpoints = endpoints
    if (this.#clock === undefined) this.#history = new EndpointHistory(this.#endpoints, this.#eligible())
    else this.#history.update(this.#clock.sinceStart(heardAt), this.#endpoints, this.#eligible())
  }

  onDecoded(
    { hello, start, observations, gap }: Decoded,
    arrivedAt: number,
    backendOf: (observation: Decoded['observations'][number]) => RecognisedBackend | undefined,
  ): void {
    if (hello !== undefined) this.#address = this.#addressAmong(hello.addresses)
    if (start !== undefined) {
      this.#epochMs = start.epochMs
      this.#scheme = start.scheme
      this.#detectionMs = start.detectionMs ?? 0
      this.#clock = new NodeClock(start.epochMs)
    }
    // What is missing may have been a move.
    if (gap !== undefined && gap.observations > 0) this.seen.push({ atMs: 0, latencyMs: 0, answered: false })
    for (const observation of observations) {
      const { atMs, latencyMs, outcome, seenAddress } = observation
      this.#seenAddress ??= seenAddress
      const backend = backendOf(observation)
      this.seen.push(defined({ atMs, latencyMs, answered: outcome === 'answered', backend }))
      this.#clock?.heard(arrivedAt, atMs + latencyMs)
    }
  }

  run(round: number, client: number): ClientRound {
    return defined({
      round,
      client,
      node: this.#node,
      address: this.#address,
      seenAddress: this.#seenAddress,
      epochMs: this.#epochMs,
      earlierMs: this.#detectionMs,
      answers: this.seen.map((seen, index) => this.#answer(seen, this.seen[index - 1])),
    })
  }

  #answer({ atMs, latencyMs, answered, backend }: Seen, before: Seen | undefined): TimedAnswer {
    const changes = this.#history.changes.filter((change) => ownerOf(change) === before?.backend?.key)
    const last = changes.findLast((change) => change.atMs <= atMs + slackMs)
    return {
      atMs,
      latencyMs,
      answered,
      ...(backend === undefined ? {} : { backend: backend.key }),
      eligible: this.#history.fewest(atMs - slackMs, atMs + slackMs),
      ...(last !== undefined && isLoss(last) ? { previousGone: true } : {}),
    }
  }

  /** The address that the proxy sees: of the family of the entry. */
  #addressAmong(addresses: readonly string[]): string {
    return addresses.find((address) => familyOf(address) === this.#entry.family) ?? addresses[0] ?? ''
  }

  #eligible(): number {
    const client: EntryClient = { place: 'pod', ...(this.#node === '' ? {} : { node: this.#node }) }
    return eligibleThrough(this.#entry, client, this.#endpoints).endpoints.length
  }
}
