import { constants } from 'node:os'
import { type AddressPlan, openPort } from '../network/address-plan.ts'
import { clusterDomain } from '../network/cluster-dns.ts'
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
  image: string
  podIp: string
  nodeIp: string
  env: Record<string, string>
  /** Ports that the pod's specification names. */
  ports: readonly ContainerPort[]
  lowestPort: number
  plan: AddressPlan
}

/** The environment of a container's processes. `SANDBOX_*` is for what puts their sockets on the pod's address. */
export function environmentOf(options: ContainerOptions): NodeJS.ProcessEnv {
  const { env, pod, namespace, podIp, lowestPort, plan } = options
  return {
    ...env,
    HOSTNAME: pod,
    SANDBOX_PID: String(process.pid),
    SANDBOX_POD_IP: podIp,
    SANDBOX_POD_IPV6: plan.inFamily(podIp, 'IPv6'),
    SANDBOX_PHYSICAL_IP: plan.physical(podIp),
    SANDBOX_POD_NAME: pod,
    SANDBOX_DNS: `${plan.physical(plan.dns)}:${openPort(53, lowestPort)}`,
    // As in the /etc/resolv.conf of a pod.
    SANDBOX_SEARCH: [`${namespace}.svc.`, 'svc.', ''].map((part) => part + clusterDomain).join(' '),
    SANDBOX_LOWEST_PORT: String(lowestPort),
  }
}

/** What a shell says of a process that a signal ended, unless it has an exit code: 128 and the signal's number. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}
