import type { Cluster } from '../cluster/index.ts'
import type { Node } from '../model/kubernetes.ts'
import { whyNoPods } from '../model/node.ts'
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

export interface NodeList {
  usable: string[]
  /** Nodes that serve the change as well, and cannot be asked, each with the reason. */
  unusable: { name: string; why: string }[]
}

/** The nodes of the cluster that a probe pod can run on. */
export async function listNodes(cluster: Cluster, signal: AbortSignal): Promise<NodeList> {
  const list: NodeList = { usable: [], unusable: [] }
  for await (const node of cluster.list<Node>('/api/v1/nodes', { signal })) {
    const { name } = node.metadata
    const why = whyNoPods(node)
    if (why === undefined) list.usable.push(name)
    else list.unusable.push({ name, why })
  }
  return list
}
