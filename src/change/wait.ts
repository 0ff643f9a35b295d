import type { ServiceRef } from '../model/snapshot.ts'

/** What a short probe on one node says about a change. */
export type NodeAnswer =
  | { kind: 'served'; atMs: number }
  | { kind: 'not-yet' }
  /** It never will be able to tell, however often it is asked. */
  | { kind: 'untold'; why: string }

/** Sends a few requests to a Service from a node. Rejects when the probe cannot be made, or with the signal's reason. */
export type AskNode = (service: ServiceRef, node: string, signal: AbortSignal) => Promise<NodeAnswer>

export interface NodeOutcome {
  service: ServiceRef
  node: string
  kind: 'served' | 'late' | 'untold'
  /** Since the change was written; with `served` the latest that it can have come into force. */
  afterMs: number
  why?: string
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
  service: ServiceRef,
  node: string,
  { ask, now, changedAtMs, deadline }: WaitOptions,
): Promise<NodeOutcome> {
  const outcome = (kind: NodeOutcome['kind'], atMs: number, why?: string): NodeOutcome => ({
    service,
    node,
    kind,
    afterMs: atMs - changedAtMs,
    ...(why === undefined ? {} : { why }),
  })
  while (!deadline.aborted) {
    try {
      const answer = await ask(service, node, deadline)
      if (answer.kind === 'untold') return outcome('untold', now(), answer.why)
      if (answer.kind === 'served') return outcome('served', answer.atMs)
    } catch (error) {
      if (!deadline.aborted) throw error
    }
  }
  return outcome('late', now())
}
