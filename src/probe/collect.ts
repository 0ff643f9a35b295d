import type { Decoded } from '../agent/protocol.ts'
import { judgeNotes } from '../judge/notes.ts'
import { expectationOf } from '../model/expectation.ts'
import { endpointsOfPort } from '../model/endpoint.ts'
import type { EndpointSlice, Pod } from '../model/kubernetes.ts'
import type { EndpointChange, ProbeClient, ProbeRequest, ProbeResult } from '../model/probe-result.ts'
import type { UserError } from '../model/user-error.ts'
import type { Surroundings } from './around/look.ts'
import type { Attributed, Unattributed } from './attribution/attribute.ts'
import { mostKept } from './attribution/marks.ts'
import { Cell, type CellObserver } from './cell.ts'
import { ClientRun } from './client-run.ts'
import type { ClientsSink } from './clients/spec.ts'
import { nothingObserved, requestOf, stallNotes, summarise, watchNotes } from './collected.ts'
import { defaultEntry } from './entries/default.ts'
import type { OnlyName } from './direct/confirm.ts'
import type { DirectRound } from './direct/ask.ts'
import { expectedOf, type ProbeOptions, type ProbePlan } from './plan.ts'
import { ofFamily, type ProbeSubject } from './preflight.ts'
import { backendAt, Recogniser } from './recognise.ts'
import { Stopwatch } from './stopwatch.ts'

/** A run, from the first request to the API server on. */
export interface RunIdentity {
  runId: string
  /** RFC 3339. */
  startedAt: string
  /** When the command began, by performance.now(). */
  begunMs: number
}

/** What a live view shows of a run. */
export type LiveRun = Pick<
  ProbeResult,
  'backends' | 'totals' | 'outcomes' | 'timeline' | 'switches' | 'endpointChanges' | 'request'
> & { expected: 'sticky' | 'spread' }

export interface CollectOptions {
  options: ProbeOptions
  subject: ProbeSubject
  plan: ProbePlan
  run: RunIdentity
  /** Where the requests come from. */
  from: Pick<ProbeClient, 'image' | 'imageReason' | 'container'>
  /** What was found out past the Service before. */
  direct?: DirectRound | undefined
  /** What was seen until then is still a result. */
  interrupted: AbortSignal
  /** What is around the run, looked at once it is over. */
  around?: () => Promise<Surroundings>
  /** Whether a name that all answers have is of the one that answers. */
  confirm?: (only: OnlyName) => Promise<'own' | 'shared' | 'unknown'>
  /** Another way to find out who answered, where answers do not tell. */
  attribute?: (run: Unattributed) => Promise<Attributed>
  /** Ends the run as if it had come to its own end. */
  finished?: AbortSignal
  observer?: RunObserver
  onUpdate: (state: () => LiveRun) => void
  onStage: (text: string) => void
  onNote: (text: string) => void
}

/** Is told what happens in a run as it happens. */
export interface RunObserver extends CellObserver {
  /**
   * A line of the agent was read: time has passed.
   * @param nowMs since the first request
   * @param changes what happened to the endpoints so far
   */
  onTime(nowMs: number, changes: readonly EndpointChange[]): void
}

/** Failures that are told in words; further kinds are counted only. */
const mostFailureNotes = 4

/** Takes in what the one client of a probe observed, and makes a result of it. */
export class Collector implements ClientsSink {
  readonly #given: CollectOptions
  readonly #recogniser: Recogniser
  readonly #cell: Cell
  readonly #client: ClientRun
  readonly #stopwatch: Stopwatch
  readonly #notes: string[]
  /** Why the endpoints are not known at present. */
  #watchTrouble: Error | undefined

  constructor(given: CollectOptions) {
    this.#given = given
    this.#stopwatch = new Stopwatch(given.run.begunMs)
    const { subject, plan, options } = given
    this.#recogniser = new Recogniser(options.identify, plan.told)
    if (given.direct !== undefined) this.#recogniser.learn(given.direct.learned)
    this.#cell = new Cell({
      entry: defaultEntry(subject),
      expectation: expectationOf(subject.service.policy, options.expect),
      recogniser: this.#recogniser,
      endpoints: subject.endpoints,
      cells: 1,
      ...(given.attribute === undefined
        ? {}
        : { keep: { most: mostKept, unlessNamed: options.identify.kind === 'auto' } }),
      // At full rate there are several connections, whose observations mix.
      followConnection: options.keepAlive && options.intervalMs > 0,
      ...(given.observer === undefined ? {} : { observer: given.observer }),
    })
    this.#client = new ClientRun(0, [this.#cell])
    this.#notes = [...plan.notes, ...(given.direct?.notes ?? [])]
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

  onPod(_client: number, pod: Pod): void {
    this.#client.onPod(pod)
    this.#given.onStage('waiting for the first answer')
  }

  onEnded(_client: number, message: string): void {
    this.#client.endMessage = message
  }

  onSlices(slices: readonly EndpointSlice[], heardAt: number): void {
    const { portName, clusterIP } = this.#given.subject.service
    const all = endpointsOfPort(slices, portName)
    this.#recogniser.update(all)
    this.#cell.follow(ofFamily(all, clusterIP), heardAt)
  }

  onWatchTrouble(error: Error | undefined): void {
    this.#watchTrouble = error
  }

  onDecoded(_client: number, decoded: Decoded, arrivedAt: number): void {
    this.#stopwatch.onDecoded(decoded)
    const gap = this.#client.onDecoded(decoded, arrivedAt)
    if (gap !== undefined) this.#given.onNote(gap)
    const { startedAt } = this.#client
    if (startedAt !== undefined) this.#given.observer?.onTime(arrivedAt - startedAt, this.#cell.changes)
    if (decoded.observations.length > 0) this.#given.onUpdate(() => this.#live())
  }

  /** Looks for who answered where the answers do not tell. */
  async settle(): Promise<void> {
    await this.#lookAround()
    await this.#attribute()
    await this.#confirmName()
  }

  /** One name in all answers may be of somebody else: asks another pod. */
  async #confirmName(): Promise<void> {
    const { confirm, plan } = this.#given
    const scheme = this.#client.scheme
    const [only, ...more] = this.#cell.tally.entries
    if (confirm === undefined || only === undefined || more.length > 0) return
    if (only.backend.kind !== 'pod' || (scheme !== 'http' && scheme !== 'https')) return
    const named = this.#cell.endpoints.find(({ pod }) => pod === only.backend.name)
    const others = this.#cell.endpoints.filter(({ pod }) => pod !== only.backend.name)
    if (named === undefined || others.length === 0 || !this.#cell.isNamedByAnswers) return
    const found = await confirm({
      namespace: this.#given.subject.service.namespace,
      named,
      others,
      scheme,
      path: plan.request.path ?? '/',
    })
    if (found === 'shared') this.#cell.learn({ nameIsShared: true })
    if (found === 'unknown')
      this.#notes.push(
        `all answers name ${only.backend.name}; no other pod could be asked whether it says the same`,
      )
  }

  async #lookAround(): Promise<void> {
    const found = await this.#given.around?.()
    if (found !== undefined) this.#cell.learn(found)
  }

  async #attribute(): Promise<void> {
    const { attribute, interrupted, subject, onStage } = this.#given
    const observations = this.#cell.unattributed
    const startedAt = this.#client.startedAt
    if (attribute === undefined || observations === undefined || startedAt === undefined) return
    const isAnswered = observations.some(({ outcome }) => outcome === 'answered')
    if (!isAnswered || interrupted.aborted || this.#cell.endpoints.length < 2) return
    onStage('the answers name no pod; looking at the pods')
    const endpoints = [...new Set([...this.#cell.endpoints, ...subject.endpoints])]
    try {
      const { addresses } = this.#client
      const { found, notes } = await attribute({ observations, endpoints, addresses, startedAt })
      this.#notes.push(...notes)
      if (found === undefined) return
      this.#cell.reassign((observation) => {
        const endpoint = found.endpointOf(observation)
        return endpoint && backendAt(endpoint, found.by)
      })
    } catch (error) {
      if (!interrupted.aborted) throw error
    }
  }

  /**
   * What the run found. Throws the interrupt's reason when it came before anything was observed, and UserError when the
   * agent ended before that.
   */
  result(): ProbeResult {
    const { options, subject, run, from, interrupted } = this.#given
    const client = this.#client
    if (!client.hasObservations) throw interrupted.aborted ? interrupted.reason : this.#nothingObserved()
    const { end, pod } = client
    const cutShort = client.isCutShort && this.#given.finished?.aborted !== true
    const parts = this.#cell.parts(end)
    const { evidence, ...rest } = parts
    const { endpoints } = this.#cell
    const { input, verdict } = this.#cell.judge(parts, options, { end, cutShort })
    const [address] = client.addresses
    if (cutShort && !interrupted.aborted) {
      const why = end === undefined ? 'its log stopped' : 'its container was told to end'
      this.#notes.push(`the agent was ended before it was done: ${client.endMessage || why}`)
    }
    return {
      runId: run.runId,
      startedAt: run.startedAt,
      service: subject.service,
      client: {
        pod: pod?.metadata.name ?? '',
        ...(pod?.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
        ...(address === undefined ? {} : { address }),
        ...from,
        ...(client.tool === undefined ? {} : { tool: client.tool }),
      },
      request: this.#request(),
      endpoints: summarise(endpoints, evidence.eligibleEndpoints),
      ...rest,
      verdict,
      ...(this.#given.direct === undefined ? {} : { direct: this.#given.direct.access }),
      notes: [
        ...judgeNotes(input, verdict),
        ...this.#notes,
        ...client.toolNotes(),
        ...watchNotes(this.#watchTrouble),
        ...client.failureWords(0, mostFailureNotes),
        ...this.#cell.connectionNotes(),
        ...stallNotes(end?.stalledMs ?? 0),
      ],
      timing: this.#stopwatch.timing(),
    }
  }

  #live(): LiveRun {
    const { evidence: _, ...parts } = this.#cell.parts(this.#client.end)
    const { options, subject } = this.#given
    return { ...parts, request: this.#request(), expected: expectedOf(options, subject.service.policy) }
  }

  #request(): ProbeRequest {
    return requestOf(this.#given.plan.request, this.#client.scheme)
  }

  #nothingObserved(): UserError {
    return nothingObserved(this.#client, this.#given.from.image)
  }
}
