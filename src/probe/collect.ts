import type { Decoded, End, Failure, Gap } from '../agent/protocol.ts'
import { isForbidden } from '../cluster/index.ts'
import { judge } from '../judge/judge.ts'
import { judgeNotes } from '../judge/notes.ts'
import type { Endpoint } from '../model/endpoint.ts'
import type { Pod } from '../model/kubernetes.ts'
import type { ProbeResult } from '../model/probe-result.ts'
import { UserError } from '../model/user-error.ts'
import type { ClientsSink } from './clients/spec.ts'
import { NodeClock } from './clock.ts'
import { eligibleEndpoints } from './eligible.ts'
import { EndpointHistory } from './endpoint-history.ts'
import { expectedOf, type ProbeOptions, type ProbePlan } from './plan.ts'
import { ofFamily, type ProbeSubject } from './preflight.ts'
import { Recogniser } from './recognise.ts'
import { Tally } from './tally.ts'

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
  /** What was seen until then is still a result. */
  interrupted: AbortSignal
  onUpdate: (state: () => LiveRun) => void
  onStage: (text: string) => void
  onNote: (text: string) => void
}

/** Failures that are told in words; further kinds are counted only. */
const mostFailureNotes = 4
/** Lines in the pod's log that are not the agent's, kept for when it fails. */
const mostForeignLines = 5

/** Takes in what the one client of a probe observed, and makes a result of it. */
export class Collector implements ClientsSink {
  readonly #given: CollectOptions
  readonly #tally: Tally
  readonly #recogniser: Recogniser
  /** Replaced by what the proxy on the client's node may pick, once that node is known. */
  #history: EndpointHistory
  #endpoints: readonly Endpoint[]
  #clock: NodeClock | undefined
  #pod: Pod | undefined
  #end: End | undefined
  #failures: Failure[] = []
  #foreign: string[] = []
  #notes: string[]
  #scheme: ProbeResult['request']['scheme'] = 'http'
  #addresses: string[] = []
  /** Why the endpoints are not known at present. */
  #watchTrouble: Error | undefined
  #requestsBegunMs: number | undefined
  #firstLineMs: number | undefined
  #createdMs = performance.now()
  #endMessage = ''

  constructor(given: CollectOptions) {
    this.#given = given
    const { subject, plan, options } = given
    this.#tally = new Tally(subject.service.policy)
    this.#recogniser = new Recogniser(options.identify, plan.told)
    this.#endpoints = subject.endpoints
    this.#history = new EndpointHistory(this.#endpoints, this.#eligible())
    this.#notes = [...plan.notes]
  }

  get hasObservations(): boolean {
    return this.#tally.requests > 0
  }

  /** The Job was made. */
  onCreated(): void {
    this.#createdMs = performance.now()
  }

  onStage(text: string): void {
    this.#given.onStage(text)
  }

  onNote(text: string): void {
    this.#given.onNote(text)
  }

  onEnded(_client: number, message: string): void {
    this.#endMessage = message
  }

  onPod(_client: number, pod: Pod): void {
    this.#pod = pod
    this.#history = new EndpointHistory(this.#endpoints, this.#eligible())
    this.#given.onStage('waiting for the first answer')
  }

  onEndpoints(all: Endpoint[], heardAt: number): void {
    this.#recogniser.update(all)
    const endpoints = ofFamily(all, this.#given.subject.service.clusterIP)
    this.#endpoints = endpoints
    // Before the first request a change is not one of the run: the run begins with what there is then.
    if (this.#clock === undefined) this.#history = new EndpointHistory(endpoints, this.#eligible())
    else this.#history.update(this.#clock.sinceStart(heardAt), endpoints, this.#eligible())
  }

  onWatchTrouble(error: Error | undefined): void {
    this.#watchTrouble = error
  }

  onDecoded(_client: number, decoded: Decoded, arrivedAt: number): void {
    this.#firstLineMs ??= performance.now()
    if (decoded.hello !== undefined) this.#addresses = decoded.hello.addresses
    if (decoded.start !== undefined) {
      this.#scheme = decoded.start.scheme
      this.#clock ??= new NodeClock(decoded.start.epochMs)
      this.#requestsBegunMs = performance.now()
    }
    if (decoded.failure !== undefined) this.#failures.push(decoded.failure)
    if (decoded.foreign !== undefined && this.#foreign.length < mostForeignLines)
      this.#foreign.push(decoded.foreign)
    if (decoded.gap !== undefined) this.#given.onNote(gapWords(decoded.gap))
    if (decoded.error !== undefined) throw new UserError(`the probe's agent failed: ${decoded.error}`)
    this.#observe(decoded, arrivedAt)
    this.#end = decoded.end
  }

  /**
   * What the run found. Throws the interrupt's reason when it came before anything was observed, and UserError when the
   * agent ended before that.
   */
  result(): ProbeResult {
    const { options, subject, run, interrupted } = this.#given
    if (!this.hasObservations) throw interrupted.aborted ? interrupted.reason : this.#nothingObserved()
    const now = performance.now()
    const parts = this.#parts()
    const { evidence, ...rest } = parts
    const ready = this.#endpoints.filter((endpoint) => endpoint.ready)
    const cutShort = this.#end === undefined || this.#end.reason === 'signal'
    const input = {
      ...evidence,
      policy: subject.service.policy,
      ...(options.expect === undefined ? {} : { expect: options.expect }),
      acceptedError: options.acceptedError,
      interrupted: cutShort,
      ...(this.#end === undefined ? {} : { agentTotals: { switches: this.#end.switches } }),
    }
    const verdict = judge(input)
    if (cutShort && !interrupted.aborted) {
      const why = this.#end === undefined ? 'its log stopped' : 'its container was told to end'
      this.#notes.push(`the agent was ended before it was done: ${this.#endMessage || why}`)
    }
    return {
      runId: run.runId,
      startedAt: run.startedAt,
      service: subject.service,
      client: {
        pod: this.#pod?.metadata.name ?? '',
        ...(this.#pod?.spec.nodeName === undefined ? {} : { node: this.#pod.spec.nodeName }),
        ...(this.#addresses[0] === undefined ? {} : { address: this.#addresses[0] }),
        image: options.image,
      },
      request: this.#request(),
      endpoints: {
        ready: ready.length,
        total: this.#endpoints.length,
        nodes: new Set(ready.map((endpoint) => endpoint.node).filter((node) => node !== undefined)).size,
        eligible: evidence.eligibleEndpoints,
      },
      ...rest,
      verdict,
      notes: [
        ...judgeNotes(input, verdict),
        ...this.#notes,
        ...this.#watchNotes(),
        ...this.#failureNotes(),
        ...this.#stallNotes(),
      ],
      timing: {
        prepareMs: this.#createdMs - run.begunMs,
        ...(this.#firstLineMs === undefined ? {} : { podStartMs: this.#firstLineMs - this.#createdMs }),
        ...(this.#requestsBegunMs === undefined ? {} : { requestsMs: now - this.#requestsBegunMs }),
        totalMs: now - run.begunMs,
      },
    }
  }

  #observe({ observations }: Decoded, arrivedAt: number): void {
    if (observations.length === 0) return
    for (const observation of observations) {
      const { identity } = observation
      this.#tally.add(observation, identity === undefined ? undefined : this.#recogniser.recognise(identity))
    }
    const last = observations.at(-1)!
    this.#clock?.heard(arrivedAt, last.atMs + last.latencyMs)
    this.#given.onUpdate(() => this.#live())
  }

  #live(): LiveRun {
    const { evidence: _, ...parts } = this.#parts()
    const { options, subject } = this.#given
    return { ...parts, request: this.#request(), expected: expectedOf(options, subject.service.policy) }
  }

  #parts(): ReturnType<Tally['result']> {
    return this.#tally.result(this.#history, this.#end?.requests)
  }

  #request(): ProbeResult['request'] {
    const { path, ...request } = this.#given.plan.request
    return {
      ...request,
      scheme: this.#scheme,
      ...(this.#scheme === 'tcp' || path === undefined ? {} : { path }),
    }
  }

  /** How many endpoints the proxy on the client's node may pick. */
  #eligible(): number {
    const node = this.#pod?.spec.nodeName
    const policy = this.#given.subject.localOnly ? 'Local' : 'Cluster'
    const { endpoints } = eligibleEndpoints(this.#endpoints, policy, node === undefined ? {} : { node })
    return endpoints.length
  }

  #watchNotes(): string[] {
    const error = this.#watchTrouble
    if (error === undefined) return []
    const why = isForbidden(error) ? 'watching EndpointSlices is not allowed' : error.message
    return [`endpoints that came or went during the run may not be known: ${why}`]
  }

  #failureNotes(): string[] {
    return this.#failures.slice(0, mostFailureNotes).map(({ number, outcome, code, message }) => {
      const advice =
        outcome === 'tls' ? '; --insecure does not verify the certificate, --ca FILE names who signed it' : ''
      return `request ${number} failed: ${message} (${code})${advice}`
    })
  }

  #stallNotes(): string[] {
    const stalled = this.#end?.stalledMs ?? 0
    return stalled < 1
      ? []
      : [`requests were held back for ${Math.round(stalled)} ms because the pod's log was read too slowly`]
  }

  #nothingObserved(): UserError {
    const { options } = this.#given
    const words = [...this.#foreign, this.#endMessage].filter((text) => text !== '')
    return new UserError(
      `the probe pod ended before it sent a request${words.length > 0 ? `: ${words.join('\n  ')}` : ''}`,
      {
        hints: [`the image must hold Node 18 or newer as "node": --image is "${options.image}"`],
      },
    )
  }
}

function gapWords({ fromObservation, toObservation, observations }: Gap): string {
  if (observations === 0) return 'some lines of the log did not arrive; no observation was in them'
  return `${observations} observations did not arrive (requests ${fromObservation} to ${toObservation}): the log was rotated before it was read`
}
