import type { Cluster } from '../cluster/index.ts'
import { nodesForPods } from '../cluster/nodes.ts'
import type { ChangeDone, ChangeOutcome, NodeOutcome, WaitReport } from '../model/affinity/change.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { mapOrdered } from './ordered.ts'

/** What a short probe on one node says about a change. */
export type NodeAnswer =
  | { kind: 'served'; atMs: number }
  | { kind: 'not-yet' }
  /** It never will be able to tell, however often it is asked. */
  | { kind: 'untold'; why: string }

/** Where to look for a change, and what is to be seen there. */
export interface Place {
  service: NamespacedName
  node: string
  expect: 'sticky' | 'spread'
}

/** Sends a few requests to a Service from a node. Rejects when the probe cannot be made, or with the signal's reason. */
export type AskNode = (place: Place, signal: AbortSignal) => Promise<NodeAnswer>

export interface WaitRequest {
  ask: AskNode
  limitMs: number
  now: () => number
}

/** Pods that start at the same time; each is on another node or of another Service. */
const parallel = 4

/** Waits until every node has been seen to serve the changes. Returns whether all were; rejects when interrupted. */
export async function* waitUntilServed(
  cluster: Cluster,
  outcomes: readonly ChangeOutcome[],
  { ask, limitMs, now, changedAtMs }: WaitRequest & { changedAtMs: number },
  interrupted: AbortSignal,
): AsyncGenerator<WaitReport, boolean, undefined> {
  const patched = outcomes.filter((outcome): outcome is ChangeDone => outcome.kind === 'patched')
  const switched = patched.filter(({ before, after }) => before.kind !== after.kind)
  if (switched.length < patched.length) yield { kind: 'timeout-only' }
  if (switched.length === 0) return true
  const { usable, unusable } = await nodesForPods(cluster, interrupted)
  const deadline = AbortSignal.any([AbortSignal.timeout(limitMs), interrupted])
  const places = switched.flatMap(({ target: { namespace, name }, after }) =>
    usable.map((node): Place => ({
      service: { namespace, name },
      node,
      expect: after.kind === 'none' ? 'spread' : 'sticky',
    })),
  )
  const asking = mapOrdered(places, parallel, (place) =>
    waitForNode(place, { ask, now, changedAtMs, deadline }),
  )
  const results = await Array.fromAsync(asking)
  interrupted.throwIfAborted()
  yield { kind: 'done', results, unusable, limitMs }
  return results.length > 0 && results.every(({ kind }) => kind === 'served')
}

export interface WaitOptions {
  ask: AskNode
  now: () => number
  /** On the clock of `now`. */
  changedAtMs: number
  /** Ends the waiting; what is not served by then is late. */
  deadline: AbortSignal
}

/** Asks one node until it serves a change, or time is up. */
export async function waitForNode(
  place: Place,
  { ask, now, changedAtMs, deadline }: WaitOptions,
): Promise<NodeOutcome> {
  const { service, node } = place
  const outcome = (kind: NodeOutcome['kind'], atMs: number, why?: string): NodeOutcome => ({
    service,
    node,
    kind,
    afterMs: atMs - changedAtMs,
    ...(why === undefined ? {} : { why }),
  })
  while (!deadline.aborted) {
    try {
      const answer = await ask(place, deadline)
      if (answer.kind === 'untold') return outcome('untold', now(), answer.why)
      if (answer.kind === 'served') return outcome('served', answer.atMs)
    } catch (error) {
      if (!deadline.aborted) throw error
    }
  }
  return outcome('late', now())
}
