import type { Fact } from '../../../model/cluster/store.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { answersDirectly } from './cilium.ts'

/** Who serves node ports, external addresses and load balancers. */
export function outsideOf(proxy: Fact<ProxyFacts>): Fact<ProxyFacts> {
  return proxy.known ? (proxy.value.outside ?? proxy) : proxy
}

/** Whose address pods see of a client from outside. */
export function addressSeen(service: Service, proxy: Fact<ProxyFacts>): 'client' | 'node' | 'unknown' {
  if (service.spec.externalTrafficPolicy === 'Local') return 'client'
  const outside = outsideOf(proxy)
  if (!outside.known) return 'node'
  // It tunnels from the node that is entered to the pod's (Calico documentation, "Enable the eBPF data plane").
  if (outside.value.kind === 'calico-ebpf') return 'client'
  if (outside.value.kind !== 'cilium') return 'node'
  const isDirect = answersDirectly(service, outside.value)
  if (isDirect === undefined) return 'unknown'
  return isDirect ? 'client' : 'node'
}
