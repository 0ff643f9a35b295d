import type { Cluster } from '../cluster/index.ts'
import { nodesForPods } from '../cluster/nodes.ts'
import type { ChangeDone, ChangeOutcome, NodeOutcome, WaitReport } from '../model/affinity/change.ts'
import { serviceKind } from '../mechanisms/service/objects.ts'
import type { TargetRef } from '../model/affinity/target.ts'
import { mapOrdered } from './ordered.ts'

/** What a short probe on one node says about a change. */
export type NodeAnswer =
  | { kind: 'served'; atMs: number }
  /** With what was in the way, where that may pass, or stay. */
  | { kind: 'not-yet'; why?: string }
  /** It never will be able to tell, however often it is asked. */
  | { kind: 'untold'; why: string }

/** Where to look for a change, and what is to be seen there. */
export interface WatchedPlace {
  target: TargetRef
  /** Absent for a way in through a gateway: that is asked where it listens. */
  node?: string
  /** The cookie that is to be seen there. */
  cookie?: string
  expect: 'sticky' | 'spread'
}

/** Sends a few requests to a target. Rejects when the probe cannot be made, or with the signal's reason. */
export type AskNode = (place: WatchedPlace, signal: AbortSignal) => Promise<NodeAnswer>

export interface WaitRequest {
  ask: AskNode
  limitMs: number
  now: () => number
}

/** Pods that start at the same time; each is on another node or of another Service. */
const parallel = 4

/** Waits until every node, and every gateway, has been seen to serve the changes. Returns whether all were; rejects when interrupted. */
export async function* waitUntilServed(
  cluster: Cluster,
  outcomes: readonly ChangeOutcome[],
  { ask, limitMs, now, changedAtMs }: WaitRequest & { changedAtMs: number },
  interrupted: AbortSignal,
): AsyncGenerator<WaitReport, boolean, undefined> {
  const patched = outcomes.filter((outcome): outcome is ChangeDone => outcome.kind === 'patched')
  const switched = patched.filter(isSeen)
  if (switched.length < patched.length) yield { kind: 'timeout-only' }
  if (switched.length === 0) return true
  const inFront = switched.filter(isInFront)
  const ofServices = switched.filter((one) => !isInFront(one))
  const { usable, unusable } =
    ofServices.length === 0 ? { usable: [], unusable: [] } : await nodesForPods(cluster, interrupted)
  const deadline = AbortSignal.any([AbortSignal.timeout(limitMs), interrupted])
  const places = [
    ...inFront.map((one) => placeOf(one)),
    ...ofServices.flatMap((one) => usable.map((node): WatchedPlace => ({ ...placeOf(one), node }))),
  ]
  const asking = mapOrdered(places, parallel, (place) =>
    waitForNode(place, { ask, now, changedAtMs, deadline }),
  )
  const results = await Array.fromAsync(asking)
  interrupted.throwIfAborted()
  yield { kind: 'done', results, unusable, limitMs }
  return results.length > 0 && results.every(({ kind }) => kind === 'served')
}

/** Whether a short probe sees the difference. */
function isSeen({ before, after }: ChangeDone): boolean {
  const names = [before, after].map((one) => (one.kind === 'cookie' ? one.name : undefined))
  return before.kind !== after.kind || names[0] !== names[1]
}

/** By itself a Service keeps clients by their address alone. */
function isInFront({ target, before, after }: ChangeDone): boolean {
  const isOwn = [before, after].every(({ kind }) => kind === 'none' || kind === 'client-ip')
  return target.kind !== serviceKind.name || !isOwn
}

function placeOf({ target, after }: ChangeDone): WatchedPlace {
  return {
    target,
    expect: after.kind === 'none' ? 'spread' : 'sticky',
    ...(after.kind === 'cookie' && after.name !== undefined ? { cookie: after.name } : {}),
  }
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
  place: WatchedPlace,
  { ask, now, changedAtMs, deadline }: WaitOptions,
): Promise<NodeOutcome> {
  const { target, node } = place
  const outcome = (kind: NodeOutcome['kind'], atMs: number, why?: string): NodeOutcome => ({
    target,
    ...(node === undefined ? {} : { node }),
    kind,
    afterMs: atMs - changedAtMs,
    ...(why === undefined ? {} : { why }),
  })
  let why: string | undefined
  while (!deadline.aborted) {
    try {
      const answer = await ask(place, deadline)
      if (answer.kind === 'untold') return outcome('untold', now(), answer.why)
      if (answer.kind === 'served') return outcome('served', answer.atMs)
      // What is cut off by the deadline saw too little to say why.
      if (!deadline.aborted) why = answer.why
    } catch (error) {
      if (!deadline.aborted) throw error
    }
  }
  return outcome(why === undefined ? 'late' : 'untold', now(), why)
}
