import type { Decoded } from '../../agent/protocol.ts'
import { judgeNotes } from '../../judge/notes.ts'
import { errorPerVerdict, judgeSurvey } from '../../judge/survey.ts'
import { expectationOf } from '../../model/expectation.ts'
import type { ImageChoice } from '../../model/image-choice.ts'
import type { EndpointSlice, Pod } from '../../model/kubernetes.ts'
import type { AbsentClient, ProbeSurvey, SurveyCell, SurveyClient, SurveyEntry } from '../../model/survey.ts'
import type { Verdict } from '../../model/verdict.ts'
import { tallyBackends } from '../backends.ts'
import { Cell } from '../cell.ts'
import { ClientRun } from '../client-run.ts'
import { hereIndex } from '../clients/here-index.ts'
import type { ClientsSink } from '../clients/spec.ts'
import type { RunIdentity } from '../collect.ts'
import { nothingObserved, requestOf, stallNotes, summarise, watchNotes } from '../collected.ts'
import { EndpointHistory } from '../endpoint-history.ts'
import { entriesFromHere } from '../entries/asked.ts'
import { endpointsBehind, endpointsOfAll } from '../entries/behind.ts'
import { expectedOf, type ProbeOptions, type ProbePlan } from '../plan.ts'
import type { ProbeSubject } from '../preflight.ts'
import { Recogniser } from '../recognise.ts'
import { Stopwatch } from '../stopwatch.ts'
import type { TallyResult } from '../tally.ts'
import {
  mergeLatency,
  MergedBackends,
  mergeOutcomes,
  mergeRecognition,
  mergeTotals,
  type Placed,
} from './merge.ts'

/** What a live view shows of a survey. */
export type LiveSurvey = Pick<ProbeSurvey, 'backends' | 'totals' | 'outcomes' | 'request'> & {
  expected: Verdict['expected']
  /** How many clients there are to be, how many have begun, and how many have ended. */
  clients: { all: number; begun: number; ended: number }
  entries: number
  /** Clients that changed their backend at an entry. */
  moved: number
}

export interface SurveyOptions {
  options: ProbeOptions
  subject: ProbeSubject
  entries: readonly SurveyEntry[]
  /** How many client pods. */
  clients: number
  /** This machine is a client as well. */
  here?: boolean
  plan: ProbePlan
  run: RunIdentity
  image: ImageChoice
  /** What was seen until then is still a result. */
  interrupted: AbortSignal
  /** How many clients the proxy remembers per pod and port on each node, where that is known to be limited. */
  tableCapacity?: number
  onUpdate: (state: () => LiveSurvey) => void
  onStage: (text: string) => void
  onNote: (text: string) => void
}

/** Sentences of each kind that are told; of hundreds of clients nobody reads all. */
const mostNotes = 6
/** Of each cell. */
const mostSwitches = 100
const mostFailures = 2

interface Judged {
  cell: SurveyCell
  parts: TallyResult
  notes: string[]
}

/** Takes in what many clients observe through some entries, and makes one result of it. */
export class SurveyCollector implements ClientsSink {
  readonly #given: SurveyOptions
  readonly #recogniser: Recogniser
  /** Those in pods by their index, then this machine. */
  readonly #clients: ClientRun[]
  readonly #absent: AbsentClient[] = []
  readonly #stopwatch: Stopwatch
  readonly #notes: string[]
  readonly #gaps: string[] = []
  #ended = 0
  /** The endpoints of the first entry over the course of the survey. */
  #history: EndpointHistory
  #watchTrouble: Error | undefined

  constructor(given: SurveyOptions) {
    this.#given = given
    this.#stopwatch = new Stopwatch(given.run.begunMs)
    const { subject, plan, options, entries, clients } = given
    this.#recogniser = new Recogniser(options.identify, plan.told)
    const endpoints = new Map(entries.map((entry) => [entry.index, endpointsBehind(subject.slices, entry)]))
    const clientOf = (index: number, own: readonly SurveyEntry[]): ClientRun => {
      const cells = own.map(
        (entry) =>
          new Cell({
            entry,
            expectation: expectationOf(subject.service.policy, options.expect),
            recogniser: this.#recogniser,
            endpoints: endpoints.get(entry.index) ?? [],
            cells: clients * entries.length,
          }),
      )
      return new ClientRun(index, cells)
    }
    this.#clients = Array.from({ length: clients }, (_, index) => clientOf(index, entries))
    if (given.here === true) this.#clients.push(clientOf(hereIndex, entriesFromHere(entries)))
    this.#history = new EndpointHistory(endpoints.get(entries[0]?.index ?? 0) ?? [], 0)
    this.#notes = [...plan.notes]
  }

  /** The Job was made. */
  onCreated(): void {
    this.#stopwatch.onCreated()
  }

  onStage(text: string): void {
    this.#given.onStage(text)
  }

  onNote(text: string): void {
    this.#given.onNote(text)
  }

  onPod(client: number, pod: Pod): void {
    this.#clientOf(client)?.onPod(pod)
  }

  onAbsent(client: number, why: string): void {
    this.#absent.push({ index: client, why })
  }

  onEnded(client: number, message: string): void {
    const own = this.#clientOf(client)
    if (own !== undefined) own.endMessage ||= message
    this.#ended += 1
  }

  onDecoded(client: number, decoded: Decoded, arrivedAt: number): void {
    this.#stopwatch.onDecoded(decoded)
    const own = this.#clientOf(client)
    if (own === undefined) return
    try {
      const gap = own.onDecoded(decoded, arrivedAt)
      if (gap !== undefined && this.#gaps.push(gap) === 1) this.#given.onNote(`client ${client}: ${gap}`)
    } catch (error) {
      // One agent that breaks is one client less.
      own.endMessage = error instanceof Error ? error.message : String(error)
    }
    if (decoded.observations.length > 0) this.#given.onUpdate(() => this.#live())
  }

  onSlices(slices: readonly EndpointSlice[], heardAt: number): void {
    const { entries } = this.#given
    this.#recogniser.update(endpointsOfAll(slices, entries))
    for (const [index, entry] of entries.entries()) {
      const endpoints = endpointsBehind(slices, entry)
      for (const { cells } of this.#clients)
        for (const cell of cells) if (cell.entry.index === entry.index) cell.follow(endpoints, heardAt)
      if (index > 0) continue
      const startedAt = this.#startedAt
      if (startedAt === undefined) this.#history = new EndpointHistory(endpoints, 0)
      else this.#history.update(heardAt - startedAt, endpoints, 0)
    }
  }

  onWatchTrouble(error: Error | undefined): void {
    this.#watchTrouble = error
  }

  /**
   * What the clients found. Throws the interrupt's reason when it came before anything was observed, and UserError when
   * no agent got that far.
   */
  result(): ProbeSurvey {
    const { options, subject, run, image, interrupted, entries, plan } = this.#given
    const seen = this.#clients.filter(({ hasObservations }) => hasObservations)
    if (seen.length === 0) {
      if (interrupted.aborted) throw interrupted.reason
      throw nothingObserved(
        this.#clients.find(({ pod }) => pod !== undefined) ?? this.#clients[0]!,
        image.image,
      )
    }
    const placed = this.#placed()
    const backends = new MergedBackends(placed)
    const verdicts = this.#clients.reduce((sum, { cells }) => sum + cells.length, 0)
    const judged = seen.flatMap((client) => this.#judgeCells(client, backends, verdicts))
    const cells = judged.map(({ cell }) => cell)
    const clients = seen.map((client) => this.#describe(client))
    const absent = this.#absentClients()
    const endpointChanges = this.#history.changes
    const verdict = judgeSurvey({
      expected: expectedOf(options, subject.service.policy),
      acceptedError: options.acceptedError,
      clients,
      absent: absent.length,
      unasked: seen.reduce((sum, client) => sum + client.cells.length, 0) - cells.length,
      entries,
      cells,
      endpointsChanged: this.#history.changed,
      ...(this.#given.tableCapacity === undefined ? {} : { tableCapacity: this.#given.tableCapacity }),
    })
    const lost = judged.reduce((sum, { cell }) => sum + cell.totals.lost, 0)
    return {
      runId: run.runId,
      startedAt: run.startedAt,
      service: subject.service,
      clients,
      absent,
      entries: [...entries],
      cells,
      backends: tallyBackends(backends.entries),
      endpoints: summarise(
        this.#history.endpoints,
        Math.min(...cells.map((cell) => cell.verdict.eligibleEndpoints)),
      ),
      request: requestOf(plan.request, seen[0]?.scheme),
      recognition: mergeRecognition(judged.map(({ parts }) => parts.recognition)),
      totals: mergeTotals(placed, lost),
      latency: mergeLatency(placed),
      outcomes: mergeOutcomes(placed),
      endpointChanges,
      verdict,
      notes: [
        ...few(judged.flatMap(({ notes }) => notes)),
        ...this.#notes,
        ...new Set(seen.flatMap((client) => client.toolNotes())),
        ...watchNotes(this.#watchTrouble),
        // Of each kind once, whichever requests they were.
        ...few(
          cells
            .filter(({ verdict }) => verdict.eligibleEndpoints > 0)
            .flatMap(({ failures }) => failures.map((text) => text.replace(/^request \d+/, 'requests'))),
        ),
        ...this.#endNotes(seen),
        ...stallNotes(seen.reduce((sum, { end }) => sum + (end?.stalledMs ?? 0), 0)),
      ],
      timing: this.#stopwatch.timing(),
    }
  }

  /** The first request of all, by our clock. */
  get #startedAt(): number | undefined {
    const all = this.#clients.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt]))
    return all.length === 0 ? undefined : Math.min(...all)
  }

  #placed(): Placed[] {
    const startedAt = this.#startedAt ?? 0
    return this.#clients.flatMap((client) =>
      client.cells.map((cell) => ({ cell, offsetMs: (client.startedAt ?? startedAt) - startedAt })),
    )
  }

  #judgeCells(client: ClientRun, backends: MergedBackends, verdicts: number): Judged[] {
    const { options } = this.#given
    const acceptedError = errorPerVerdict(options.acceptedError, verdicts)
    const question = {
      acceptedError,
      verdicts,
    }
    const startMs = (client.startedAt ?? 0) - (this.#startedAt ?? 0)
    return client.cells.flatMap((cell, target) => {
      if (cell.tally.requests === 0) return []
      // The agent counts for its targets one by one; its last line is about all of them.
      const end = client.cells.length === 1 ? client.end : undefined
      const parts = cell.parts(end)
      const { input, verdict } = cell.judge(parts, question, { end, cutShort: client.isCutShortAt(target) })
      const letters = backends.lettersOf(cell)
      const letterOf = (letter: string): string => letters.get(letter) ?? '+'
      const found: SurveyCell = {
        client: client.index,
        entry: cell.entry.index,
        verdict,
        backends: parts.backends
          .map(({ backend, hits }) => ({ letter: letterOf(backend.letter), hits }))
          .toSorted((one, other) => other.hits - one.hits),
        seenAddresses: [...cell.seen]
          .map(([address, hits]) => ({ address, hits }))
          .toSorted((one, other) => other.hits - one.hits),
        totals: parts.totals,
        latency: parts.latency,
        outcomes: parts.outcomes,
        switches: parts.switches
          .slice(0, mostSwitches)
          .map((change) => ({ ...change, from: letterOf(change.from), to: letterOf(change.to) })),
        failures: client.failureWords(target, mostFailures),
        startMs,
      }
      return [{ cell: found, parts, notes: judgeNotes(input, verdict) }]
    })
  }

  #clientOf(index: number): ClientRun | undefined {
    return index === hereIndex ? this.#clients.find((client) => client.index === index) : this.#clients[index]
  }

  #describe(client: ClientRun): SurveyClient {
    const { index, pod, addresses } = client
    if (index === hereIndex) {
      // Of the addresses of this machine the one that somebody saw is the one that it came from.
      const seen = client.cells.flatMap((cell) => [...cell.seen.keys()])
      const address = seen.find((each) => addresses.includes(each))
      return { index, place: 'here', ...(address === undefined ? {} : { address }), addresses }
    }
    const { hostNetwork } = this.#given.options
    const { image } = this.#given.image
    return {
      index,
      place: 'pod',
      ...(pod === undefined ? {} : { pod: pod.metadata.name }),
      ...(pod?.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
      ...(addresses[0] === undefined ? {} : { address: addresses[0], addresses }),
      image,
      ...(hostNetwork === true ? { hostNetwork } : {}),
    }
  }

  /** Those whose pod did not start, and those whose agent did not get to its first request. */
  #absentClients(): AbsentClient[] {
    if (this.#given.interrupted.aborted) return []
    const known = new Set(this.#absent.map(({ index }) => index))
    const silent = this.#clients
      .filter(({ hasObservations, index }) => !hasObservations && index !== hereIndex && !known.has(index))
      .map((client) => ({
        index: client.index,
        why: nothingObserved(client, this.#given.image.image).message,
      }))
    return [...this.#absent, ...silent].toSorted((one, other) => one.index - other.index)
  }

  #endNotes(seen: readonly ClientRun[]): string[] {
    const cut = seen.filter(({ isCutShort }) => isCutShort)
    if (cut.length === 0 || this.#given.interrupted.aborted) return []
    const why = cut.map(({ endMessage }) => endMessage).find((message) => message !== '')
    return [
      `${cut.length} of ${seen.length} agents were ended before they were done: ${why ?? 'their logs stopped'}`,
    ]
  }

  #live(): LiveSurvey {
    const { options, subject, plan, entries } = this.#given
    const placed = this.#placed().filter(({ cell }) => cell.tally.requests > 0)
    return {
      expected: expectedOf(options, subject.service.policy),
      clients: {
        all: this.#clients.length,
        begun: this.#clients.filter(({ hasObservations }) => hasObservations).length,
        ended: this.#ended,
      },
      entries: entries.length,
      moved: this.#clients.filter(({ cells }) => cells.some(({ tally }) => tally.switchCount > 0)).length,
      backends: tallyBackends(new MergedBackends(placed).entries),
      totals: mergeTotals(placed),
      outcomes: mergeOutcomes(placed),
      request: requestOf(plan.request, this.#clients[0]?.scheme),
    }
  }
}

/** The different ones of some sentences, and how many more there are. */
function few(sentences: readonly string[]): string[] {
  const different = [...new Set(sentences)]
  const rest = different.length - mostNotes
  return rest <= 0 ? different : [...different.slice(0, mostNotes), `… and ${rest} more notes like these`]
}
