import type { ProxyClock } from '../../../model/affinity/proxy-clock.ts'
import { onceFor } from '../../kit/objects/once.ts'
import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'

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
  /** How far from its time an entry may end; absent where it ends exactly then, or nobody looked. */
  clock?: ProxyClock
}

/**
 * kube-proxy keeps the clients of iptables mode in lists of the kernel (`-m recent`), one for each pod and port, which
 * hold as many addresses unless the module was loaded with more (net/netfilter/xt_recent.c, ip_list_tot).
 */
const recentListTotal = 100

/**
 * Both kube-proxy's IPVS mode and kube-router (pkg/controllers/proxy, ipvsSetPersistence) leave affinity to the kernel's
 * templates. One that is over time gets another minute while its last connection is in TIME_WAIT, for two minutes
 * (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_expire).
 */
const ipvsLeastSeconds = 120

/**
 * Sources: kube-proxy: kubernetes/kubernetes v1.36, pkg/proxy/iptables/proxier.go (`-m recent --set` at each new
 * connection), pkg/proxy/nftables/proxier.go (`update @set` likewise), pkg/proxy/ipvs (the kernel's persistence
 * templates). Cilium: Documentation/network/kubernetes/kubeproxy-free.rst, "Session affinity". Antrea: PR 1576.
 * OVN-Kubernetes: openshift-docs PR 56678.
 * Calico leaves the time of the first TCP connection as it is (felix/bpf-gpl/nat_lookup.h, affinity_tmr_update).
 */
const proxies: Readonly<Record<ProxyFacts['kind'], Omit<Semantics, 'clock'>>> = {
  'kube-proxy': { name: 'kube-proxy', timer: 'idle', client: 'address' },
  cilium: { name: 'Cilium', timer: 'idle', client: 'network-namespace' },
  'calico-ebpf': { name: 'Calico eBPF', timer: 'absolute', client: 'address' },
  antrea: { name: 'Antrea', timer: 'absolute', client: 'address' },
  'ovn-kubernetes': {
    name: 'OVN-Kubernetes',
    timer: 'idle',
    client: 'address',
  },
  'kube-ovn': { name: 'Kube-OVN', timer: 'unknown', client: 'address' },
  'kube-router': { name: 'kube-router', timer: 'idle', client: 'address', leastSeconds: ipvsLeastSeconds },
}

/** The same for all Services of a cluster. */
export const semanticsOf = onceFor((facts: ProxyFacts): Semantics => {
  const { kind, mode, product } = facts
  const clock = clockOf(facts)
  const semantics = {
    ...proxies[kind],
    ...(product === undefined ? {} : { name: product }),
    ...(kind === 'cilium' && !balancesSockets(facts) ? { client: 'address' as const } : {}),
    ...(clock === undefined || clock === exact ? {} : { clock }),
  }
  if (mode === undefined) return semantics
  // Windows keeps a time of its own, which nothing sets.
  if (mode === 'kernelspace') return { ...semantics, name: `${semantics.name} ${mode}`, timer: 'unknown' }
  if (mode === 'ipvs') return { ...semantics, name: `${semantics.name} IPVS`, leastSeconds: ipvsLeastSeconds }
  const limit = mode === 'iptables' ? { mostClients: recentListTotal } : {}
  return { ...semantics, name: `${semantics.name} ${mode}`, ...limit }
})

/**
 * Cilium picks when a pod connects, before there is a packet. It always does where it replaces kube-proxy, whatever
 * `bpf-lb-sock` says (cilium/cilium pkg/kpr), unless that is confined to processes of the node itself.
 */
export function balancesSockets({ kind, settings }: ProxyFacts): boolean {
  if (kind !== 'cilium' || settings['bpf-lb-sock-hostns-only'] === 'true') return false
  return settings['replaces'] === 'true' || settings['bpf-lb-sock'] === 'true'
}

const exact: ProxyClock = { earlyMs: 0, lateMs: 0 }
const looksEverySecond: ProxyClock = { earlyMs: 0, lateMs: 1000 }

/**
 * Sources: kube-proxy's clocks are the kernel's (net/netfilter/xt_recent.c and nft_set_hash.c, jiffies). Cilium cuts the
 * present and the time of the last connection to seconds (bpf/lib/lb.h, bpf_ktime_get_sec). Open vSwitch, behind Antrea and
 * OVN (lib/actions.c, encode_COMMIT_LB_AFF), looks for flows that are over once a second (ofproto/ofproto-dpif.c, expire).
 * Calico compares nanoseconds (felix/bpf-gpl/nat_lookup.h).
 */
const clocks: Readonly<Record<ProxyFacts['kind'], ProxyClock>> = {
  'kube-proxy': exact,
  cilium: { earlyMs: 1000, lateMs: 0 },
  'calico-ebpf': exact,
  antrea: looksEverySecond,
  'ovn-kubernetes': looksEverySecond,
  'kube-ovn': looksEverySecond,
  'kube-router': exact,
}

/** How exactly a proxy ends an entry; undefined where nobody looked. */
export function clockOf({ kind, mode }: ProxyFacts): ProxyClock | undefined {
  return mode === 'kernelspace' ? undefined : clocks[kind]
}
