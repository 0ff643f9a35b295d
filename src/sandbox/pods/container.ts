import type { AddressPlan } from '../network/address-plan.ts'
import type { ContainerLog } from './log.ts'

/** What a pod needs of its container. */
export interface Container {
  log: ContainerLog
  /** Resolves with the exit code when it has ended. */
  ended: Promise<number>
  /** Asks it to end, and makes it after the grace period. */
  stop(graceMs: number): void
}

export interface ContainerPort {
  containerPort: number
  name?: string
  protocol?: 'TCP' | 'UDP' | 'SCTP'
}

export interface ContainerOptions {
  pod: string
  namespace: string
  podIp: string
  nodeIp: string
  env: Record<string, string>
  /** Ports that the pod's specification names. */
  ports: readonly ContainerPort[]
  lowestPort: number
  plan: AddressPlan
}
