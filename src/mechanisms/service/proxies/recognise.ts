import { type Fact, known, unknown } from '../../../model/cluster/store.ts'
import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { calico } from './calico.ts'
import { cilium, isReplacement } from './cilium.ts'
import {
  type DaemonSet,
  dataOf,
  flagOf,
  isFalse,
  type ProxyEvidence,
  type ProxyRecogniser,
  running,
  sourceOf,
  wordsOf,
} from './evidence.ts'
import { hiddenKubeProxy } from './hidden.ts'
import { kubeProxyConfigMaps, modeOf, parseKubeProxyConfiguration } from './kube-proxy.ts'
import { defined } from '../../../model/common/values.ts'

/** ConfigMaps that tell how a proxy is set up, each with the DaemonSet that makes it worth reading. */
export const proxyConfigMaps = [
  { daemonSet: 'cilium', namespace: 'kube-system', name: 'cilium-config' },
  { daemonSet: 'anetd', namespace: 'kube-system', name: 'cilium-config' },
  { daemonSet: 'antrea-agent', namespace: 'kube-system', name: 'antrea-config' },
] as const

/**
 * Which proxy serves Services on the nodes. Replacements come first: where one is installed, a kube-proxy that is there as
 * well has nothing to say for the traffic of pods to cluster IPs; node ports may be left to it (`outside`).
 */
export function recogniseProxy(evidence: ProxyEvidence): Fact<ProxyFacts> {
  const { daemonSets } = evidence
  const sets = daemonSets.known ? daemonSets.value : []
  for (const recognise of [cilium, calico, antrea, ovn, kubeOvn, kubeRouter]) {
    const found = recognise(sets, evidence)
    if (found !== undefined) return known(withOutside(found, evidence))
  }
  return kubeProxy(evidence)
}

/** Who serves the rest, where a replacement serves cluster IPs alone. */
function withOutside(found: ProxyFacts, evidence: ProxyEvidence): ProxyFacts {
  const servesAll = all[found.kind](found)
  if (servesAll === true) return found
  if (servesAll === undefined) {
    const why = { what: `what ${found.kind} leaves to kube-proxy`, reason: 'not-known' } as const
    return { ...found, outside: unknown(why) }
  }
  return { ...found, outside: kubeProxy(evidence) }
}

/** Whether a replacement serves node ports as well; undefined where that is not known. */
const all: Readonly<Record<ProxyFacts['kind'], (facts: ProxyFacts) => boolean | undefined>> = {
  cilium: isReplacement,
  antrea: ({ settings }) => settings['proxyAll'] === 'true',
  // With kube-proxy beside it, which its installation asks for.
  'kube-ovn': () => false,
  'calico-ebpf': () => true,
  'ovn-kubernetes': () => true,
  'kube-router': () => true,
  'kube-proxy': () => true,
}

/** AntreaProxy serves cluster IPs for pods beside kube-proxy, and everything with `proxyAll` (docs/antrea-proxy.md). */
const antrea: ProxyRecogniser = (sets, evidence) => {
  const agent = running(sets, 'antrea-agent')
  if (agent === undefined) return undefined
  const text = dataOf(evidence, 'kube-system/antrea-config')?.['antrea-agent.conf'] ?? ''
  // Switched off by its feature gate, or by its own field.
  const isOff =
    /^\s*AntreaProxy:\s*false\b/m.test(text) ||
    /^antreaProxy:(?:\s*#.*)?\n(?:\s+.*\n)*?\s+enable:\s*false\b/m.test(text)
  if (isOff) return undefined
  const proxyAll = /^\s*proxyAll:\s*(true|false)/m.exec(text)?.[1]
  return {
    kind: 'antrea',
    source: sourceOf(agent),
    settings: proxyAll === undefined ? {} : { proxyAll },
  }
}

const ovn: ProxyRecogniser = (sets) => {
  const node = sets.find(
    ({ metadata, status }) =>
      metadata.name.startsWith('ovnkube-node') && status?.desiredNumberScheduled !== 0,
  )
  return node === undefined ? undefined : { kind: 'ovn-kubernetes', source: sourceOf(node), settings: {} }
}

/** Kube-OVN gives cluster IPs to OVN's own load balancers (`--enable-lb`, on by default). */
const kubeOvn: ProxyRecogniser = (sets) => {
  const cni = running(sets, 'kube-ovn-cni')
  if (cni === undefined) return undefined
  return { kind: 'kube-ovn', source: sourceOf(cni), settings: {} }
}

/** kube-router is often installed for networking alone: it serves Services only with `--run-service-proxy`, no kube-proxy. */
const kubeRouter: ProxyRecogniser = (sets) => {
  const router = running(sets, 'kube-router')
  const isAsked = flagOf(wordsOf(router), '--run-service-proxy')
  if (router === undefined || isFalse(isAsked)) return undefined
  if (isAsked === undefined && running(sets, 'kube-proxy') !== undefined) return undefined
  return { kind: 'kube-router', source: sourceOf(router), settings: {} }
}

/** kube-proxy as DaemonSets run it: kubeadm's and Talos', and of OpenShift without OVN. */
const kubeProxySets = ['kube-proxy', 'openshift-kube-proxy', 'sdn'] as const

function kubeProxy(evidence: ProxyEvidence): Fact<ProxyFacts> {
  const { daemonSets, configMaps, hidden } = evidence
  const sets = daemonSets.known ? daemonSets.value : []
  const [name, set] = runningKubeProxy(sets)
  // A DaemonSet that was switched off leaves its ConfigMap behind.
  const isOff = sets.some(({ metadata }) => metadata.name === 'kube-proxy') && set === undefined
  const configured = isOff ? undefined : fromConfigMap(evidence)
  if (configured !== undefined) return known(configured)
  if (set !== undefined) {
    const words = wordsOf(set)
    const mode = name === 'kube-proxy' ? modeOf(words) : undefined
    return known(defined({ kind: 'kube-proxy', mode, source: sourceOf(set), settings: {} }))
  }
  const first = configMaps['kube-system/kube-proxy']
  const found = hidden === undefined ? undefined : hiddenKubeProxy(hidden)
  if (found !== undefined) return found
  if (!isOff && first?.known === false) return first
  if (!daemonSets.known) return daemonSets
  return unknown({
    what: 'the Service proxy',
    reason: 'not-known',
    detail: isOff
      ? 'the DaemonSet kube-proxy is on no node, and none of another proxy is there'
      : 'kube-system has no DaemonSet of a known one',
  })
}

function fromConfigMap({ configMaps }: ProxyEvidence): ProxyFacts | undefined {
  for (const { namespace, name, key } of kubeProxyConfigMaps) {
    const fact = configMaps[`${namespace}/${name}`]
    const text = fact?.known === true ? fact.value?.data?.[key] : undefined
    const configuration = text === undefined ? undefined : parseKubeProxyConfiguration(text)
    if (configuration === undefined) continue
    const { mode, tellsMode } = configuration
    return {
      kind: 'kube-proxy',
      mode,
      source: `configmap ${namespace}/${name}`,
      ...(tellsMode ? {} : { tellsMode }),
      settings: {},
    }
  }
  return undefined
}

function runningKubeProxy(sets: readonly DaemonSet[]): [name?: string, set?: DaemonSet] {
  for (const name of kubeProxySets) {
    const set = running(sets, name)
    if (set !== undefined) return [name, set]
  }
  return []
}
