import { mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { GatewayName } from '../gateways/list.ts'
import { stateDir, statePath } from '../paths.ts'

export type ProxyMode = 'iptables' | 'nftables'

/** All that `up --proxy` knows. */
export const serviceProxies = [
  'iptables',
  'nftables',
  'cilium',
  'cilium-hostns',
  'cilium-maglev',
  'cilium-dsr',
  'cilium-beside',
] as const

/**
 * Who serves Services. Cilium is the network of the pods as well: in place of kube-proxy; the same with socket load
 * balancing for the nodes only, with pods picked by Maglev, or with answers that go straight to the client; or beside
 * kube-proxy.
 */
export type ServiceProxy = (typeof serviceProxies)[number]

/** Whether Cilium is the network of the pods. */
export const hasCilium = (proxy: ServiceProxy): boolean => proxy.startsWith('cilium')

/** The mode of kube-proxy; undefined when there is none. */
export const kubeProxyMode = (proxy: ServiceProxy): ProxyMode | undefined => {
  if (proxy === 'cilium-beside') return 'iptables'
  return proxy === 'iptables' || proxy === 'nftables' ? proxy : undefined
}

/** What a lab is made of; with other parts it is another lab. */
export interface Parts {
  /** The folder of each group of programs. */
  programs: Record<'kubernetes' | 'runtime' | 'dns', string> & { cilium?: string }
  /** The archives of the images. */
  images: string[]
}

/** Another version of this code may have brought the lab up; then it is as good as none. */
export const stateFormat = 1

/** What a running lab was brought up with. */
export interface LabState {
  format: typeof stateFormat
  nodes: number
  proxy: ServiceProxy
  /** The kubelet's containerLogMaxSize. */
  logMaxSize: string
  parts: Parts
  /** What each gateway that is there was made from; empty while it is being made or removed. */
  gateways: Partial<Record<GatewayName, string>>
  /** False while `up` is at work, and for ever after when it was killed. */
  complete: boolean
}

const file = (): string => statePath('lab.json')

/** The state of the lab, or undefined when there is none. */
export function readState(): LabState | undefined {
  try {
    const state: LabState = { gateways: {}, ...JSON.parse(readFileSync(file(), 'utf8')) }
    return state.format === stateFormat ? state : undefined
  } catch {
    return undefined
  }
}

/** The state of the lab that must be there. */
export function presentState(): LabState {
  const state = readState()
  if (state === undefined) throw new Error('there is no lab: run `npm run lab -- up`')
  return state
}

/** Records the state. */
export function writeState(state: LabState): void {
  mkdirSync(stateDir(), { recursive: true })
  writeFileSync(file(), JSON.stringify(state, undefined, 2))
}

/** Removes what the lab keeps in the state folder, by name: the folder may have been named by a user. */
export function removeState(): void {
  for (const entry of [
    'nodes',
    'etcd',
    'pki',
    'log',
    'kubectl-cache',
    'kubeconfig',
    'istio-operator.yaml',
    'lab.json',
  ])
    rmSync(statePath(entry), { recursive: true, force: true })
  try {
    rmdirSync(stateDir())
    rmdirSync(dirname(stateDir()))
  } catch {
    // Not there, or it holds something that is not ours.
  }
}
