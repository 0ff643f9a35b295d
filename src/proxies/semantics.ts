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
export function semanticsOf({ kind, mode }: ProxyFacts): Semantics {
  switch (kind) {
    case 'kube-proxy':
      if (mode === 'ipvs') {
        return { name: 'kube-proxy IPVS', timer: 'idle', client: 'address', leastSeconds: 120 }
      }
      return { name: `kube-proxy ${mode ?? ''}`.trim(), timer: 'idle', client: 'address' }
    case 'cilium':
      return { name: 'Cilium', timer: 'idle', client: 'network-namespace' }
    case 'calico-ebpf':
      return { name: 'Calico eBPF', timer: 'idle', client: 'address' }
    case 'antrea':
      return { name: 'Antrea', timer: 'absolute', client: 'address' }
    case 'ovn-kubernetes':
      return { name: 'OVN-Kubernetes', timer: 'idle', client: 'address' }
    case 'kube-router':
      return { name: 'kube-router', timer: 'idle', client: 'address' }
  }
}
