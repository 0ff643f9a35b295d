import { type Cluster, watchList } from '../cluster/index.ts'
import { Outage } from '../cluster/streams/outage.ts'
import { unlessAborted, wait } from '../cluster/transport/wait.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import { messageOf, UserError } from '../model/common/user-error.ts'
import { originLists, type OriginRequest } from './origin/read.ts'

/** What is told while another cluster is followed. */
export interface FollowSink {
  /** The other cluster does not answer, with the reason. */
  onLost(reason: string): void
  onBack(): void
  /** Something could not be written or must not be; what there is stays. */
  onProblem(error: unknown): void
  /** After a problem: what there is is what is wanted, whatever has changed meanwhile. */
  onSolved(): void
}

export interface FollowOptions {
  origin: Cluster
  request: OriginRequest
  /** Reads the other cluster and brings this one up to date. Rejects where that cannot be. */
  update: () => Promise<void>
  sink: FollowSink
  /** Ends it. */
  signal: AbortSignal
}

/** Changes of several objects that come at once are one. */
const settleMs = 200

/** Host names are resolved anew so often, and slices that somebody else changed are put right. */
const againMs = 30_000

/**
 * Follows the objects of the other cluster and updates with each change, until the signal ends it. Without contact
 * nothing is changed; while the cluster of the Service is away, an update is tried until it is back. Rejects when the
 * objects may not be watched.
 */
export async function follow({ origin, request, update, sink, signal }: FollowOptions): Promise<void> {
  const ended = new AbortController()
  const stop = AbortSignal.any([signal, ended.signal])
  const bell = new Bell()
  const contact = new Contact(sink, () => bell.ring())
  const watches = originLists(request).map((list) => watchOne(origin, list, { bell, contact, signal: stop }))
  try {
    await Promise.race([
      ...watches.map(async (watch) => {
        await watch
        // A watch ends by itself only when it was told to.
        await bell.until(stop)
      }),
      updateAgain(update, { bell, contact, sink, signal: stop }),
    ])
  } finally {
    ended.abort()
    await Promise.allSettled(watches)
  }
}

interface Parts {
  bell: Bell
  contact: Contact
  signal: AbortSignal
}

async function watchOne(
  origin: Cluster,
  { path, query }: { path: string; query: Record<string, string> },
  { bell, contact, signal }: Parts,
): Promise<void> {
  const events = watchList<KubernetesObject>(origin, path, {
    query,
    signal,
    onDisconnect: (error) => contact.lost(path, error.message),
    onReconnect: () => contact.back(path),
  })
  for await (const { type } of events) if (type !== 'bookmark') bell.ring()
}

async function updateAgain(
  update: () => Promise<void>,
  { bell, contact, sink, signal }: Parts & { sink: FollowSink },
): Promise<void> {
  let told: string | undefined
  const tell = (error: unknown): void => {
    const text = messageOf(error)
    // That the other cluster is lost is told by its watches.
    if (text !== told && !contact.isLost) sink.onProblem(error)
    told = text
  }
  const outage = new Outage({ onDisconnect: tell })
  while (!signal.aborted) {
    await bell.rung(againMs, signal)
    await wait(settleMs, signal).catch(() => undefined)
    if (signal.aborted) return
    if (contact.isLost) continue
    bell.reset()
    try {
      await update()
      outage.worked()
      if (told !== undefined) sink.onSolved()
      told = undefined
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof UserError) {
        tell(error)
        continue
      }
      await unlessAborted(outage.survive(error, signal), signal)
      bell.ring()
    }
  }
}

/** Several watches of one server lose it together: it is told once. */
class Contact {
  readonly #sink: FollowSink
  readonly #onBack: () => void
  readonly #lost = new Set<string>()

  constructor(sink: FollowSink, onBack: () => void) {
    this.#sink = sink
    this.#onBack = onBack
  }

  get isLost(): boolean {
    return this.#lost.size > 0
  }

  lost(what: string, reason: string): void {
    if (!this.isLost) this.#sink.onLost(reason)
    this.#lost.add(what)
  }

  back(what: string): void {
    if (!this.#lost.delete(what) || this.isLost) return
    this.#sink.onBack()
    this.#onBack()
  }
}

/** Rung by whoever has news, heard by one. */
class Bell {
  #isRung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#isRung = true
    this.#wake?.()
  }

  reset(): void {
    this.#isRung = false
  }

  /** Resolves when it is rung, after the time, or when the signal is aborted. */
  async rung(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isRung || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wake = done
      signal.addEventListener('abort', done, { once: true })
    })
  }

  async until(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
