import type { ProxyFacts } from '../model/snapshot.ts'

/** What session affinity means on one Service proxy. */
export interface Semantics {
  /** `kube-proxy nftables`, `Cilium`. */
  name: string
  /** `idle`: each new connection starts the time again; `absolute`: it runs from the first. */
  timer: 'idle' | 'absolute' | 'unknown'
  /** What counts as one client for traffic from pods. */
  client: 'address' | 'network-namespace'
  /** Timeouts below this last longer than configured. */
  leastSeconds?: number
}

/**
 * Sources: kube-proxy: kubernetes/kubernetes v1.36, pkg/proxy/iptables/proxier.go (`-m recent --set` at each new
 * connection), pkg/proxy/nftables/proxier.go (`update @set` likewise), pkg/proxy/ipvs (the kernel's persistence
 * templates). Cilium: Documentation/network/kubernetes/kubeproxy-free.rst, "Session affinity". Antrea: PR 1576.
 * OVN-Kubernetes: openshift-docs PR 56678.
 */
const proxies: Readonly<Record<ProxyFacts['kind'], Semantics>> = {
  'kube-proxy': { name: 'kube-proxy', timer: 'idle', client: 'address' },
  cilium: { name: 'Cilium', timer: 'idle', client: 'network-namespace' },
  'calico-ebpf': { name: 'Calico eBPF', timer: 'idle', client: 'address' },
  antrea: { name: 'Antrea', timer: 'absolute', client: 'address' },
  'ovn-kubernetes': { name: 'OVN-Kubernetes', timer: 'idle', client: 'address' },
  'kube-router': { name: 'kube-router', timer: 'idle', client: 'address' },
}

export function semanticsOf({ kind, mode }: ProxyFacts): Semantics {
  const semantics = proxies[kind]
  if (mode === undefined) return semantics
  if (mode === 'ipvs') return { ...semantics, name: `${semantics.name} IPVS`, leastSeconds: 120 }
  return { ...semantics, name: `${semantics.name} ${mode}` }
}
