import { type Cluster, isNotFound } from '../../cluster/index.ts'
import { servicePath } from '../../cluster/paths.ts'
import type { Shares } from '../../judge/shares.ts'
import type { Service } from '../../model/kubernetes.ts'
import type { ProxyFacts } from '../../model/snapshot.ts'
import { serviceChanges } from './service-changes.ts'

/** What decides about a verdict and is not in the answers. */
export interface Surroundings {
  /** What became of the Service while it was asked, in words. */
  serviceChanges: string[]
  shares: Shares
}

/** Begins to look at what is around a run; the function that it returns tells what was found, once the run is over. */
export function lookAround(
  cluster: Cluster,
  before: Service,
  signal: AbortSignal,
): () => Promise<Surroundings> {
  const shares = readShares(cluster, signal).catch((): Shares => 'unknown')
  return async () => ({ shares: await shares, serviceChanges: await readChanges(cluster, before, signal) })
}

async function readChanges(cluster: Cluster, before: Service, signal: AbortSignal): Promise<string[]> {
  const { namespace = 'default', name } = before.metadata
  try {
    const after = await cluster.get<Service>(servicePath(namespace, name), { signal })
    return serviceChanges(before, after)
  } catch (error) {
    // What cannot be read again is not said to have changed.
    return isNotFound(error) ? serviceChanges(before, undefined) : []
  }
}

async function readShares(cluster: Cluster, signal: AbortSignal): Promise<Shares> {
  const { readProxy } = await import('../../snapshot/proxy.ts')
  const proxy = await readProxy(cluster, signal)
  return proxy.known ? sharesOf(proxy.value) : 'unknown'
}

/**
 * How a Service proxy shares out connections without affinity. kube-proxy's rules pick by a uniform random number
 * (iptables: statistic mode random; nftables: numgen random), and so does Cilium by default. IPVS has schedulers.
 */
export function sharesOf({ kind, mode, nodes = {} }: ProxyFacts): Shares {
  if (kind === 'cilium') return 'even'
  if (kind !== 'kube-proxy') return 'unknown'
  const modes = [mode, ...Object.values(nodes)]
  return modes.every((one) => one === 'iptables' || one === 'nftables') ? 'even' : 'unknown'
}
