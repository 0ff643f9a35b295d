import type { KubernetesObject } from '../../../model/kubernetes.ts'
import { type Fact, known, unknown } from '../../../model/fact.ts'
import type { ProxyFacts } from '../../../model/snapshot.ts'
import { kubeProxyConfigMaps, parseKubeProxyConfiguration } from './kube-proxy.ts'

/** The parts of a DaemonSet that tell which proxy it runs. */
export interface DaemonSet extends KubernetesObject {
  spec?: {
    template?: {
      spec?: { containers?: { name?: string; image?: string; env?: { name: string; value?: string }[] }[] }
    }
  }
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>
}

/** What is known about the system namespaces. A ConfigMap that does not exist is known and undefined. */
export interface ProxyEvidence {
  daemonSets: Fact<readonly DaemonSet[]>
  /** By `namespace/name`. */
  configMaps: Readonly<Record<string, Fact<ConfigMap | undefined>>>
}

/** ConfigMaps that tell how a proxy is set up, each with the DaemonSet that makes it worth reading. */
export const proxyConfigMaps = [
  { daemonSet: 'cilium', namespace: 'kube-system', name: 'cilium-config' },
  { daemonSet: 'antrea-agent', namespace: 'kube-system', name: 'antrea-config' },
] as const

/**
 * Which proxy serves Services on the nodes. Replacements come first: where one is installed and set to replace
 * kube-proxy, a kube-proxy that may still be there has nothing to say for the traffic of pods.
 */
export function recogniseProxy(evidence: ProxyEvidence): Fact<ProxyFacts> {
  const { daemonSets } = evidence
  const sets = daemonSets.known ? daemonSets.value : []
  for (const recognise of [cilium, calico, antrea, ovn, kubeRouter]) {
    const found = recognise(sets, evidence)
    if (found !== undefined) return known(found)
  }
  return kubeProxy(evidence)
}

type Recogniser = (sets: readonly DaemonSet[], evidence: ProxyEvidence) => ProxyFacts | undefined

/** Replaces kube-proxy where cilium-config says so: `true`, or the older `strict` and `probe`. */
const cilium: Recogniser = (sets, evidence) => {
  if (!has(sets, 'cilium')) return undefined
  const config = dataOf(evidence, 'kube-system/cilium-config')
  const replacement = config?.['kube-proxy-replacement']
  const replaces = replacement === 'true' || replacement === 'strict' || replacement === 'probe'
  // Without the ConfigMap it is not known: a cluster without kube-proxy must have a replacement, though.
  if (!replaces && (config !== undefined || has(sets, 'kube-proxy'))) return undefined
  return {
    kind: 'cilium',
    source:
      config === undefined
        ? 'daemonset kube-system/cilium, no kube-proxy'
        : 'configmap kube-system/cilium-config',
    settings: pick(config, ['bpf-lb-sock', 'bpf-lb-sock-hostns-only', 'bpf-lb-algorithm', 'bpf-lb-mode']),
  }
}

const calico: Recogniser = (sets) => {
  const node = sets.find(({ metadata }) => metadata.name === 'calico-node')
  const enabled = node?.spec?.template?.spec?.containers?.some((container) =>
    container.env?.some(({ name, value }) => name === 'FELIX_BPFENABLED' && value?.toLowerCase() === 'true'),
  )
  if (enabled !== true) return undefined
  return { kind: 'calico-ebpf', source: sourceOf(node), settings: {} }
}

/** AntreaProxy serves ClusterIPs for pods beside kube-proxy, and everything with `proxyAll` (docs/antrea-proxy.md). */
const antrea: Recogniser = (sets, evidence) => {
  const agent = sets.find(({ metadata }) => metadata.name === 'antrea-agent')
  if (agent === undefined) return undefined
  const text = dataOf(evidence, 'kube-system/antrea-config')?.['antrea-agent.conf'] ?? ''
  const proxyAll = /^\s*proxyAll:\s*(true|false)/m.exec(text)?.[1]
  return {
    kind: 'antrea',
    source: sourceOf(agent),
    settings: proxyAll === undefined ? {} : { proxyAll },
  }
}

const ovn: Recogniser = (sets) => {
  const node = sets.find(({ metadata }) => metadata.name.startsWith('ovnkube-node'))
  return node === undefined ? undefined : { kind: 'ovn-kubernetes', source: sourceOf(node), settings: {} }
}

/** kube-router is often installed for networking alone: it serves Services only with `--run-service-proxy`, no kube-proxy. */
const kubeRouter: Recogniser = (sets) => {
  const router = sets.find(({ metadata }) => metadata.name === 'kube-router')
  if (router === undefined || has(sets, 'kube-proxy')) return undefined
  return { kind: 'kube-router', source: sourceOf(router), settings: {} }
}

function kubeProxy({ daemonSets, configMaps }: ProxyEvidence): Fact<ProxyFacts> {
  for (const { namespace, name, key } of kubeProxyConfigMaps) {
    const fact = configMaps[`${namespace}/${name}`]
    const text = fact?.known === true ? fact.value?.data?.[key] : undefined
    const configuration = text === undefined ? undefined : parseKubeProxyConfiguration(text)
    if (configuration === undefined) continue
    const { mode, tellsMode } = configuration
    return known({
      kind: 'kube-proxy',
      mode,
      source: `configmap ${namespace}/${name}`,
      settings: { tellsMode: String(tellsMode) },
    })
  }
  const first = configMaps['kube-system/kube-proxy']
  if (daemonSets.known && has(daemonSets.value, 'kube-proxy')) {
    return known({ kind: 'kube-proxy', source: 'daemonset kube-system/kube-proxy', settings: {} })
  }
  if (first?.known === false) return first
  return unknown({
    what: 'the Service proxy',
    reason: 'failed',
    detail: 'no kube-proxy ConfigMap and no DaemonSet of a known proxy in kube-system',
  })
}

function has(sets: readonly DaemonSet[], name: string): boolean {
  return sets.some(({ metadata }) => metadata.name === name)
}

function sourceOf(set: DaemonSet | undefined): string {
  return `daemonset ${set?.metadata.namespace ?? 'kube-system'}/${set?.metadata.name ?? ''}`
}

function dataOf({ configMaps }: ProxyEvidence, name: string): Record<string, string> | undefined {
  const fact = configMaps[name]
  return fact?.known === true ? fact.value?.data : undefined
}

function pick(data: Record<string, string> | undefined, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = data?.[key]
      return value === undefined ? [] : [[key, value]]
    }),
  )
}
