import { now, type Resource } from '../objects/resource.ts'
import { containerOf } from './container-spec.ts'

/** Where a pod is. */
export interface Addresses {
  podIP: string
  podIPs: { ip: string }[]
  hostIP: string
  hostIPs: { ip: string }[]
  startTime: string
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

/** The status of a pod that has a node, as its kubelet says it. `state` is that of its container. */
export function podStatus(
  pod: Resource,
  phase: Phase,
  addresses: Partial<Addresses>,
  state: object,
  { restarts = 0, ready = false }: { restarts?: number; ready?: boolean } = {},
): object {
  const { name, image } = containerOf(pod)
  const started = 'running' in state
  return {
    phase,
    ...addresses,
    ...(phase === 'Running' ? { qosClass: 'BestEffort' } : {}),
    conditions: conditions(ready),
    containerStatuses: [
      { name, image, imageID: '', ready, started, restartCount: restarts, state, lastState: {} },
    ],
  }
}

/** The conditions of a pod that has a node. */
export function conditions(ready: boolean): object[] {
  return [
    condition('PodScheduled', true),
    condition('Initialized', true),
    condition('ContainersReady', ready),
    condition('Ready', ready),
  ]
}

/** One condition. */
export function condition(type: string, status: boolean, why: object = {}): object {
  return { type, status: status ? 'True' : 'False', ...why, lastTransitionTime: now() }
}
