import { type Backend, backendLetter } from '../../../model/probe/backend.ts'
import type { BackendTally } from '../../../model/probe/results/probe-result.ts'
import type { Observation } from '../../../model/probe/observation.ts'
import { Histogram } from '../tally/histogram.ts'
import { Letters } from '../letters.ts'
import type { RecognisedBackend } from '../recognise.ts'
import { defined } from '../../../model/common/values.ts'

/** Backends with a row of their own; those after are counted together. Pods are bounded by the Service, answers by nothing. */
const mostNamed = 1024
const mostAnonymous = 64

/** One backend and what it answered. */
export interface BackendCount {
  readonly index: number
  /** Its place among all backends of the run: that of its letter. */
  readonly order: number
  /** Tells backends apart (`RecognisedBackend.key`). */
  readonly key: string
  readonly backend: Backend
  readonly latency: Histogram
  readonly statuses: Record<string, number>
  hits: number
  picks: number
  firstMs: number
  lastMs: number
}

/** The backends of a run in the order of their first answer. */
export class Backends {
  readonly entries: BackendCount[] = []
  readonly #byKey = new Map<string, BackendCount>()
  #rest: BackendCount | undefined
  readonly #letters: Letters

  constructor(letters = new Letters()) {
    this.#letters = letters
  }

  /** The entry of a backend; a new one gets the next letter. */
  of(recognised: RecognisedBackend): BackendCount {
    const known = this.#byKey.get(recognised.key)
    if (known !== undefined) return known
    const most = recognised.by === 'anonymous' ? mostAnonymous : mostNamed
    if (this.#byKey.size < most) {
      const { kind, name, node, address } = recognised
      const entry = this.#append(recognised.key, defined({ kind, name, node, address }))
      this.#byKey.set(recognised.key, entry)
      return entry
    }
    this.#rest ??= this.#append('', { kind: 'anonymous', name: 'all others' })
    return this.#rest
  }

  #append(key: string, backend: Omit<Backend, 'letter'>): BackendCount {
    const index = this.entries.length
    const order = this.#letters.take(key)
    const entry: BackendCount = {
      index,
      order,
      key,
      backend: { letter: backendLetter(order), ...backend },
      latency: new Histogram(),
      statuses: {},
      hits: 0,
      picks: 0,
      firstMs: 0,
      lastMs: 0,
    }
    this.entries.push(entry)
    return entry
  }

  /** None of them counts any more. */
  forget(): void {
    for (const { key } of this.entries) this.#letters.release(key)
  }

  tallies(): BackendTally[] {
    return tallyBackends(this.entries)
  }
}

/** Backends as a result holds them, each with its share of all answers. */
export function tallyBackends(entries: readonly BackendCount[]): BackendTally[] {
  const answers = entries.reduce((sum, entry) => sum + entry.hits, 0)
  return entries.map(({ backend, hits, latency, firstMs, lastMs, statuses }) => ({
    backend,
    hits,
    share: hits / answers,
    latency: latency.latency(),
    firstMs,
    lastMs,
    statuses: { ...statuses },
  }))
}

/** Counts an answer of `entry`. */
export function countAnswer(entry: BackendCount, observation: Observation): void {
  if (entry.hits === 0) entry.firstMs = observation.atMs
  entry.hits += 1
  entry.lastMs = Math.max(entry.lastMs, observation.atMs)
  entry.latency.add(observation.latencyMs)
  if (observation.status !== undefined) {
    entry.statuses[observation.status] = (entry.statuses[observation.status] ?? 0) + 1
  }
}
