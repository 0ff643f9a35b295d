import { type Cluster, isForbidden, watchList } from '../../../../cluster/index.ts'
import { eventsPath, podsPath } from '../../../../cluster/paths.ts'
import type { Event, Pod } from '../../../../model/cluster/kubernetes.ts'
import { UserError } from '../../../../model/common/user-error.ts'
import { jobName, runLabel } from './job.ts'
import { delayIn, podProgress, refusalIn } from './pod-progress.ts'

export interface TrackOptions {
  namespace: string
  runId: string
  clients: number
  /** How long the pods may take to start, from now on. */
  timeoutMs: number
  /** An image that cannot be pulled is waited for, too. */
  waitsForImage?: boolean
  /** Ends the watches. */
  signal: AbortSignal
  /** Told what the pods wait for, each time it is something else. */
  onStage: (text: string) => void
}

/** How `podProgress` calls a start that has nothing special about it. */
const ordinaryStart = 'starting the probe pod'

const deletedMessage = 'the probe pod was deleted'
/** The annotation in which the Job controller numbers the pods of an Indexed Job. */
const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

/** A pod that waits longer than this is asked why, in milliseconds. */
const patienceMs = 1000
/** Of so many pods at a time: what holds one up often holds up the others. */
const mostExplained = 3
/** When a pod is refused, those made before it are seen within this time, in milliseconds. */
const refusalPatienceMs = 2000

/** One client's pod as far as it is known. */
class Tracked {
  readonly #start = Promise.withResolvers<Pod>()
  pod: Pod | undefined
  ended = false
  endMessage = ''
  isSettled = false
  #status = ''
  /** Why it does not start, where that may yet change. */
  stuck: UserError | undefined
  waitingFor = 'the Job controller has not made a pod yet'

  constructor() {
    // Nobody may be waiting when it fails.
    this.#start.promise.catch(() => {})
  }

  get started(): Promise<Pod> {
    return this.#start.promise
  }

  fail(error: unknown): void {
    this.isSettled = true
    this.#start.reject(error)
  }

  /** Takes over the pod as it is now; true when it waits for something else than before. */
  update(pod: Pod, waitsForImage: boolean): boolean {
    this.pod = pod
    // The agent says good-bye before its pod is gone.
    if (pod.metadata.deletionTimestamp !== undefined) this.endMessage = deletedMessage
    const progress = podProgress(pod)
    if (progress.kind === 'stuck' && progress.onImage && waitsForImage) {
      this.stuck = progress.error
      return this.waitFor(progress.error.message)
    }
    this.stuck = undefined
    if (progress.kind === 'stuck') this.fail(progress.error)
    else if (progress.kind === 'waiting') {
      // Events say more than a status that has not changed.
      if (progress.text === this.#status) return false
      this.#status = progress.text
      return this.waitFor(progress.text)
    } else {
      if (progress.kind === 'ended') {
        this.ended = true
        this.endMessage ||= progress.message
      }
      this.isSettled = true
      this.#start.resolve(pod)
    }
    return false
  }

  waitFor(text: string): boolean {
    if (this.isSettled) return false
    this.waitingFor = text
    return true
  }

  deleted(): void {
    this.ended = true
    this.endMessage = deletedMessage
    this.fail(new UserError('the probe pod was deleted by someone else before it ran'))
  }
}

/**
 * Follows the pods of a run: whether they run, and why they do not. Rejections of the watches reach everybody who waits
 * for a pod.
 */
export class PodTracker {
  readonly #cluster: Cluster
  readonly #options: TrackOptions
  readonly #clients: readonly Tracked[]
  /** What events explain is of no use any more once all pods run. */
  readonly #settled = new AbortController()
  readonly #explaining: AbortSignal
  #explained = 0
  /** What was said last of many pods. */
  #said = { settled: 0, waitingFor: '', atMs: -Infinity }

  constructor(cluster: Cluster, options: TrackOptions) {
    this.#cluster = cluster
    this.#options = options
    const { clients, timeoutMs, signal } = options
    this.#clients = Array.from({ length: clients }, () => new Tracked())
    this.#explaining = AbortSignal.any([signal, this.#settled.signal])
    this.#until(timeoutMs, () => {
      this.#failWaiting(
        ({ waitingFor, stuck }) =>
          stuck ??
          new UserError(
            `the probe pod did not start within ${Math.round(timeoutMs / 1000)}s: ${waitingFor}`,
            { hints: [{ remedy: 'longer-start' }] },
          ),
      )
    })
    const giveUp = (): void => this.#failWaiting(() => signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    for (const watch of [this.#watchPods(), this.#watchRefusals()]) {
      watch.catch((error: unknown) => {
        if (!signal.aborted) this.#failWaiting(() => error)
      })
    }
  }

  /**
   * Resolves when the client's container has started (or has ended already). Rejects with UserError when it never will,
   * or not in time.
   */
  started(client: number): Promise<Pod> {
    return this.#of(client).started
  }

  /** The names of all pods that were seen, whatever became of them. */
  get names(): string[] {
    return this.#clients.flatMap(({ pod }) => pod?.metadata.name ?? [])
  }

  /** True once the client's container has ended or its pod is gone. */
  hasEnded(client: number): boolean {
    return this.#of(client).ended
  }

  /** Why the client's container ended, in the kubelet's words; empty when it said nothing. */
  endMessage(client: number): string {
    return this.#of(client).endMessage
  }

  #of(client: number): Tracked {
    const tracked = this.#clients[client]
    if (tracked === undefined) throw new RangeError(`there is no client ${client}`)
    return tracked
  }

  async #watchPods(): Promise<void> {
    const { namespace, runId, signal } = this.#options
    const query = { labelSelector: `${runLabel}=${runId}` }
    for await (const event of watchList<Pod>(this.#cluster, podsPath(namespace), { query, signal })) {
      if (event.type === 'synced' || event.type === 'bookmark') continue
      const tracked = this.#clients[indexOf(event.object)]
      if (tracked === undefined || isAnother(event.object, tracked.pod)) continue
      if (event.type === 'deleted') tracked.deleted()
      else {
        if (tracked.pod === undefined) this.#explainPod(tracked, event.object)
        if (tracked.update(event.object, this.#options.waitsForImage ?? false)) this.#say(tracked)
      }
      this.#noteSettled()
    }
  }

  /** Tells of each event of an object until all pods have started. */
  async #watchEvents(kind: string, name: string, onEvent: (event: Event) => void): Promise<void> {
    const query = { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}` }
    try {
      const events = watchList<Event>(this.#cluster, eventsPath(this.#options.namespace), {
        query,
        signal: this.#explaining,
      })
      for await (const event of events)
        if (event.type === 'added' || event.type === 'modified') onEvent(event.object)
    } catch (error) {
      // Events only explain; who may not read them still gets an answer, at the latest after the time limit.
      if (!isForbidden(error)) throw error
    }
  }

  #watchRefusals(): Promise<void> {
    return this.#watchEvents('Job', jobName(this.#options.runId), (event) => {
      const refusal = refusalIn(event)
      if (refusal === undefined) return
      const failUnmade = (): void =>
        this.#failWaiting(
          () => refusal,
          ({ pod }) => pod === undefined,
        )
      // A quota may have room for some.
      if (this.#clients.length === 1) failUnmade()
      else this.#until(refusalPatienceMs, failUnmade)
    })
  }

  /** Most pods run before anybody wonders; of the others the kubelet's events say what takes so long. */
  #explainPod(tracked: Tracked, { metadata }: Pod): void {
    this.#until(patienceMs, () => {
      if (tracked.isSettled || this.#explained >= mostExplained) return
      this.#explained += 1
      this.#watchEvents('Pod', metadata.name, (event) => {
        const text = delayIn(event, tracked.pod?.spec.nodeName)
        if (text !== undefined && tracked.waitFor(text)) this.#say(tracked)
      }).catch(() => {})
    })
  }

  /** Calls `action` after a while, unless all pods have started by then. */
  #until(ms: number, action: () => void): void {
    const timer = setTimeout(action, ms)
    this.#explaining.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  #failWaiting(
    why: (tracked: Tracked) => unknown,
    concerns: (tracked: Tracked) => boolean = () => true,
  ): void {
    for (const tracked of this.#clients)
      if (!tracked.isSettled && concerns(tracked)) tracked.fail(why(tracked))
    this.#noteSettled()
  }

  #noteSettled(): void {
    const settled = this.#clients.filter(({ isSettled }) => isSettled).length
    if (settled === this.#clients.length) this.#settled.abort()
    else if (settled !== this.#said.settled) this.#sayHowMany(settled, this.#said.waitingFor)
  }

  #say({ waitingFor }: Tracked): void {
    if (this.#clients.length === 1) {
      this.#options.onStage(waitingFor)
      return
    }
    // That a pod is being started is not worth a line for each.
    if (waitingFor.startsWith(ordinaryStart) && !waitingFor.includes(':')) return
    this.#sayHowMany(this.#said.settled, waitingFor)
  }

  /** At most one line a second, however many pods there are. */
  #sayHowMany(settled: number, waitingFor: string): void {
    const isNew = waitingFor !== this.#said.waitingFor
    this.#said = { ...this.#said, settled, waitingFor }
    const now = performance.now()
    if (!isNew && now - this.#said.atMs < 1000) return
    this.#said.atMs = now
    const words = `${settled} of ${this.#clients.length} probe pods have started`
    this.#options.onStage(waitingFor === '' ? words : `${words}; ${waitingFor}`)
  }
}

/** Which client a pod is; NaN for a pod that carries no number. */
function indexOf({ metadata }: Pod): number {
  return Number(metadata.annotations?.[indexAnnotation] ?? Number.NaN)
}

/** A second pod of the same client: a cluster that does not know `backoffLimitPerIndex` tries again. */
function isAnother(pod: Pod, known: Pod | undefined): boolean {
  return known !== undefined && known.metadata.uid !== pod.metadata.uid
}
