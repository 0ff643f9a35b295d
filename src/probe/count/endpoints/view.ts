import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { EndpointSlice } from '../../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'
import { endpointsBehind } from '../../plan/entries/behind.ts'
import { eligibleThrough, type EntryClient, type Through } from '../../plan/entries/eligible.ts'
import type { NodeClock } from '../../run/clock.ts'
import { EndpointHistory } from './history.ts'

/** The endpoints behind an entry over the course of a run, as the proxy that picks for one client sees them. */
export class EntryView {
  readonly entry: SurveyEntry
  readonly history: EndpointHistory
  #client: EntryClient = { place: 'pod' }
  #through: Through
  /** The traffic policy does not count for this client. */
  #isExempt = false
  #clock: NodeClock | undefined

  /** @param endpoints those of the entry's port and address family */
  constructor(entry: SurveyEntry, endpoints: readonly Endpoint[]) {
    this.entry = entry
    this.#through = eligibleThrough(entry, this.#client, endpoints)
    this.history = new EndpointHistory(endpoints, this.#eligible)
  }

  /** As they are now. */
  get endpoints(): readonly Endpoint[] {
    return this.history.endpoints
  }

  /** Those that the proxy picks among now, as far as known: rather too few than too many. */
  get eligible(): readonly Endpoint[] {
    return this.#through.endpoints
  }

  /** The client is here. */
  placeAt(client: EntryClient): void {
    this.#client = client
    this.#look(this.endpoints)
    this.history.begin(this.endpoints, this.#eligible)
  }

  /** Its requests begin. */
  start(clock: NodeClock): void {
    this.#clock ??= clock
  }

  /** Milliseconds since the first request at a moment of our clock; undefined while there was none. */
  sinceStart(at: number): number | undefined {
    return this.#clock?.sinceStart(at)
  }

  /** The endpoints are these since `heardAt` (Date.now). */
  follow(endpoints: readonly Endpoint[], heardAt: number): void {
    this.#look(endpoints)
    this.history.update(this.sinceStart(heardAt), endpoints, this.#eligible)
  }

  /** An answer from an endpoint that the traffic policy excludes shows that it does not count for this client. */
  noteAnswerOf(address: string): void {
    const { endpoints, unlessExempt } = this.#through
    if (unlessExempt === undefined || this.#isExempt) return
    if (endpoints.some((endpoint) => endpoint.address === address)) return
    this.#isExempt = true
    if (!this.history.changed) this.history.begin(this.endpoints, this.#eligible)
  }

  /** Under another traffic policy there were others to pick from; how many, is known while endpoints stay. */
  historyUnder(policyLocal: boolean): EndpointHistory | undefined {
    if (this.history.changed) return undefined
    const { endpoints } = eligibleThrough({ ...this.entry, policyLocal }, this.#client, this.endpoints)
    return new EndpointHistory(this.endpoints, endpoints.length)
  }

  #look(endpoints: readonly Endpoint[]): void {
    this.#through = eligibleThrough(this.entry, this.#client, endpoints)
  }

  /** How many endpoints the proxy that decides may pick. */
  get #eligible(): number {
    const { endpoints, unlessExempt = endpoints } = this.#through
    return (this.#isExempt ? unlessExempt : endpoints).length
  }
}

/** The endpoints of the Services that entries lead to are these since `heardAt`, for all who look at them. */
export function followAll(
  views: readonly EntryView[],
  slices: readonly EndpointSlice[],
  heardAt: number,
): void {
  for (const [entry, own] of Map.groupBy(views, (view) => view.entry)) {
    const endpoints = endpointsBehind(slices, entry)
    for (const view of own) view.follow(endpoints, heardAt)
  }
}
