import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { EndpointChange } from '../../../model/probe/results/probe-result.ts'
import { diffEndpoints } from './changes.ts'
import { slackMs } from './explain.ts'
import { ownerOf } from '../../plan/needles.ts'
import { defined } from '../../../model/common/values.ts'

/** Changes that are kept; a run that sees more keeps the newest. */
const mostChanges = 1000
/** Moments for which the number of eligible endpoints is kept. */
const mostCounts = 4096

/** A Service's endpoints over the course of a run. Times are milliseconds since the first request; earlier is negative. */
export class EndpointHistory {
  #endpoints: readonly Endpoint[] = []
  #changes: EndpointChange[] = []
  /** Endpoints that were going, or not ready, from the start: a proxy may have used them a moment ago. */
  #lostBefore: readonly EndpointChange[] = []
  #changed = false
  readonly #everReady = new Set<string>()
  #counts: { atMs: number; eligible: number; ready: number }[] = []

  /** @param eligible how many of them the client's proxy may pick (`eligibleEndpoints`) */
  constructor(endpoints: readonly Endpoint[], eligible: number) {
    this.begin(endpoints, eligible)
  }

  /** It begins with these endpoints, whatever there was before. */
  begin(endpoints: readonly Endpoint[], eligible: number): void {
    this.#endpoints = endpoints
    this.#changes = []
    this.#changed = false
    this.#everReady.clear()
    this.#counts = [{ atMs: -Infinity, eligible, ready: readyOf(endpoints) }]
    this.#lostBefore = endpoints
      .filter(({ ready, terminating }) => !ready || terminating)
      .map(({ address, pod, node, terminating }) => ({
        atMs: 0,
        kind: terminating ? 'terminating' : 'not-ready',
        address,
        ...defined({ pod, node }),
      }))
    this.#noteReady(endpoints)
  }

  /**
   * Takes over the endpoints as they are at `atMs`, and returns what has changed. Undefined is before the first request, where a
   * change is not one of the run: the run begins with what there is then.
   */
  update(atMs: number | undefined, endpoints: readonly Endpoint[], eligible: number): EndpointChange[] {
    if (atMs === undefined) {
      this.begin(endpoints, eligible)
      return []
    }
    const changes = diffEndpoints(this.#endpoints, endpoints, atMs)
    this.#endpoints = endpoints
    this.#noteReady(endpoints)
    if (changes.length > 0 && atMs > 0) this.#changed = true
    this.#changes.push(...changes)
    if (this.#changes.length > 2 * mostChanges) this.#changes = this.#changes.slice(-mostChanges)
    const ready = readyOf(endpoints)
    const last = this.#counts.at(-1)
    if (last?.eligible !== eligible || last.ready !== ready) this.#counts.push({ atMs, eligible, ready })
    if (this.#counts.length > mostCounts) this.#thin()
    return changes
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints
  }

  get changes(): EndpointChange[] {
    return this.#changes.slice(-mostChanges)
  }

  /** What may be a reason to leave an endpoint: the changes, and what was so when the run began. */
  get reasons(): EndpointChange[] {
    return [...this.#lostBefore, ...this.changes]
  }

  /** True when endpoints changed after the first request. */
  get changed(): boolean {
    return this.#changed
  }

  /** Backends that were ready at any time. */
  get everReady(): number {
    return this.#everReady.size
  }

  get eligible(): number {
    return this.#counts.at(-1)?.eligible ?? 0
  }

  /** The fewest eligible endpoints between two moments. */
  fewest(fromMs: number, toMs: number): number {
    return Math.min(...this.#eligibleBetween(fromMs, toMs))
  }

  /** The most eligible endpoints between two moments. */
  most(fromMs: number, toMs: number): number {
    return Math.max(0, ...this.#eligibleBetween(fromMs, toMs))
  }

  /** No endpoint was ready: what answers then is about to end. News of it may come late. */
  nobodyReady(atMs: number): boolean {
    return this.#counts.findLast((count) => count.atMs <= atMs + slackMs)?.ready === 0
  }

  #eligibleBetween(fromMs: number, toMs: number): number[] {
    const first = this.#counts.findLastIndex(({ atMs }) => atMs <= fromMs)
    const own = this.#counts.slice(first).filter(({ atMs }) => atMs <= toMs)
    return own.map(({ eligible }) => eligible)
  }

  #noteReady(endpoints: readonly Endpoint[]): void {
    // Bounded, because a run may outlive any number of rollouts; beyond it the exact number decides nothing.
    for (const endpoint of endpoints) {
      if (endpoint.ready && this.#everReady.size < mostCounts) this.#everReady.add(ownerOf(endpoint))
    }
  }

  /** Joins moments in pairs; the smaller number stands for both. */
  #thin(): void {
    this.#counts = this.#counts.flatMap((count, index, all) => {
      if (index % 2 === 1) return []
      const next = all[index + 1] ?? count
      return [
        {
          atMs: count.atMs,
          eligible: Math.min(count.eligible, next.eligible),
          ready: Math.max(count.ready, next.ready),
        },
      ]
    })
  }
}

function readyOf(endpoints: readonly Endpoint[]): number {
  return endpoints.filter(({ ready }) => ready).length
}
