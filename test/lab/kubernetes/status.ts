import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryKubectl } from './kubectl.ts'
import { kubeconfigPath } from '../paths.ts'
import { readState, type LabState } from './state.ts'

export interface NodeStatus {
  name: string
  address: string
  ready: boolean
}

export interface LabStatus {
  /** The API answers and every node is Ready. */
  up: boolean
  /** What the lab was brought up with; undefined when there is none. */
  state: LabState | undefined
  nodes: NodeStatus[]
  /** Why it is not up. */
  reason?: string
}

interface Node {
  metadata: { name: string }
  status: { addresses?: { address: string }[]; conditions?: { type: string; status: string }[] }
}

/**
 * How the lab is, as its API tells, after up to a minute for nodes that have not reported yet: on a busy machine, or after
 * the API server was away, a node takes some seconds.
 */
export async function labStatusInTime(): Promise<LabStatus> {
  for (const deadline = Date.now() + 60_000; ; await sleep(1000)) {
    const status = await labStatus()
    if (status.up || status.nodes.length === 0 || !status.state?.complete || Date.now() > deadline)
      return status
  }
}

/** How the lab is, as its API tells. */
export async function labStatus(): Promise<LabStatus> {
  const state = readState()
  if (state === undefined || !existsSync(state.parts.programs.kubernetes) || !existsSync(kubeconfigPath()))
    return { up: false, state, nodes: [], reason: 'there is no lab' }
  const { code, stdout, stderr } = await tryKubectl(['get', 'nodes', '-o', 'json', '--request-timeout=5s'])
  if (code !== 0) return { up: false, state, nodes: [], reason: stderr.trim() }
  const list: { items: Node[] } = JSON.parse(stdout)
  const nodes = list.items.map(({ metadata, status }) => ({
    name: metadata.name,
    address: status.addresses?.[0]?.address ?? '',
    ready: status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
  }))
  const ready = nodes.filter((node) => node.ready).length
  if (ready !== state.nodes)
    return { up: false, state, nodes, reason: `${ready} of ${state.nodes} nodes are ready` }
  if (!state.complete) return { up: false, state, nodes, reason: '`up` did not finish' }
  return { up: true, state, nodes }
}
