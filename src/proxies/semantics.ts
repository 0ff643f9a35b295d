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
  /** How many clients it remembers for each pod and port on a node. */
  mostClients?: number
}

/**
 * kube-proxy keeps the clients of iptables mode in lists of the kernel (`-m recent`), one for each pod and port, which
 * hold as many addresses unless the module was loaded with more (net/netfilter/xt_recent.c, ip_list_tot).
 */
const recentListTotal = 100

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
  const limit = mode === 'iptables' ? { mostClients: recentListTotal } : {}
  return { ...semantics, name: `${semantics.name} ${mode}`, ...limit }
}
