import type { Decoded } from '../../agent/protocol/protocol.ts'
import type { TimedAnswer, ClientRound } from '../../judge/timers/evidence.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import { isLoss } from '../../model/probe/results/left.ts'
import { familyOf } from '../../model/common/network/ip.ts'
import { defined } from '../../model/common/values.ts'
import { ClientLog } from '../count/client-log.ts'
import { slackMs } from '../count/endpoints/explain.ts'
import { EntryView } from '../count/endpoints/view.ts'
import type { RecognisedBackend, Recogniser } from '../count/recognise.ts'
import { ownerOf } from '../plan/needles.ts'

/** A request of the client, with the backend that its answer names. */
interface Seen {
  atMs: number
  latencyMs: number
  answered: boolean
  backend?: RecognisedBackend
}

/** What one client of a round saw, with what is known of the endpoints at that time. */
export class MeasuringClient extends ClientLog {
  readonly view: EntryView
  readonly views: readonly EntryView[]
  readonly #recogniser: Recogniser
  #seenAddress: string | undefined
  readonly seen: Seen[] = []

  /** @param endpoints those behind the entry */
  constructor(entry: SurveyEntry, endpoints: readonly Endpoint[], recogniser: Recogniser) {
    super()
    this.view = new EntryView(entry, endpoints)
    this.views = [this.view]
    this.#recogniser = recogniser
  }

  get node(): string {
    return this.pod?.spec.nodeName ?? ''
  }

  /** Throws UserError when the agent could not do its work. */
  onDecoded(decoded: Decoded, arrivedAt: number): void {
    this.hear(decoded)
    const { observations, gap } = decoded
    if (this.clock !== undefined) this.view.start(this.clock)
    // What is missing may have been a move.
    if (gap !== undefined && gap.observations > 0) this.seen.push({ atMs: 0, latencyMs: 0, answered: false })
    for (const { atMs, latencyMs, outcome, seenAddress, identity } of observations) {
      this.#seenAddress ??= seenAddress
      const backend = identity && this.#recogniser.recognise(identity)
      this.seen.push(defined({ atMs, latencyMs, answered: outcome === 'answered', backend }))
      this.clock?.heard(arrivedAt, atMs + latencyMs)
    }
  }

  run(round: number, client: number): ClientRound {
    return defined({
      round,
      client,
      node: this.node,
      address: this.#address,
      seenAddress: this.#seenAddress,
      epochMs: this.start?.epochMs ?? 0,
      earlierMs: this.start?.detectionMs ?? 0,
      answers: this.seen.map((seen, index) => this.#answer(seen, this.seen[index - 1])),
    })
  }

  #answer({ atMs, latencyMs, answered, backend }: Seen, before: Seen | undefined): TimedAnswer {
    const { history } = this.view
    const changes = history.changes.filter((change) => ownerOf(change) === before?.backend?.key)
    const last = changes.findLast((change) => change.atMs <= atMs + slackMs)
    return {
      atMs,
      latencyMs,
      answered,
      ...(backend === undefined ? {} : { backend: backend.key }),
      eligible: history.fewest(atMs - slackMs, atMs + slackMs),
      ...(last !== undefined && isLoss(last) ? { previousGone: true } : {}),
    }
  }

  /** The address that the proxy sees: of the family of the entry. */
  get #address(): string {
    const { family } = this.view.entry
    return this.addresses.find((address) => familyOf(address) === family) ?? this.addresses[0] ?? ''
  }
}
