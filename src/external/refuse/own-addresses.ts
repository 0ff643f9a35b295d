import { type ApiError, type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import { ApiError as ApiFailure } from '../../cluster/answers/errors.ts'
import { nodesPath, podsPath, servicesPath } from '../../cluster/paths.ts'
import type { KubernetesList, KubernetesObject, Pod, Service } from '../../model/cluster/kubernetes.ts'
import { type Cidr, parseCidr, parseIp } from '../../model/common/network/ip.ts'

/** Addresses that lead back into this cluster, as far as this user may know them. */
export interface OwnAddresses {
  serviceRanges: readonly Cidr[]
  /** Address → `the load balancer of service/x in namespace y`. */
  services: ReadonlyMap<string, string>
  /** Address → `pod/x in namespace y`; of the addresses in question only. */
  pods: ReadonlyMap<string, string>
  podRanges: readonly { range: Cidr; node: string }[]
  /** What could not be looked up, in words. */
  unknown: readonly string[]
}

/** So many addresses are looked for one by one; more of them, and the ranges of the nodes have to do. */
const mostLookups = 50

/** Reads what tells whether one of these addresses belongs to this cluster. */
export async function readOwnAddresses(
  cluster: Cluster,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<OwnAddresses> {
  const unknown: string[] = []
  const allowed = async <T>(what: string, read: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read
    } catch (error) {
      if (!isForbidden(error)) throw error
      unknown.push(what)
      return otherwise
    }
  }
  const [serviceRanges, services, podRanges, pods] = await Promise.all([
    allowed("this cluster's Service range", readServiceRanges(cluster, signal), []),
    allowed('addresses of its Services', readServices(cluster, signal), new Map<string, string>()),
    allowed('pod networks of its nodes', readPodRanges(cluster, signal), []),
    allowed('addresses of its pods', readPods(cluster, addresses, signal), new Map<string, string>()),
  ])
  return { serviceRanges, services, podRanges, pods, unknown }
}

/**
 * ServiceCIDR objects tell (networking.k8s.io/v1, Kubernetes 1.33). Older API servers tell it to who asks for a
 * cluster IP that cannot be: a dry run, so nothing is made.
 */
async function readServiceRanges(cluster: Cluster, signal: AbortSignal): Promise<Cidr[]> {
  try {
    const list = await cluster.get<KubernetesList<KubernetesObject & { spec?: { cidrs?: string[] } }>>(
      '/apis/networking.k8s.io/v1/servicecidrs',
      { signal },
    )
    return cidrs(list.items.flatMap(({ spec }) => spec?.cidrs ?? []))
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  return await askForRange(cluster, signal)
}

async function askForRange(cluster: Cluster, signal: AbortSignal): Promise<Cidr[]> {
  const impossible = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { generateName: 'kubectl-affinity-', namespace: cluster.namespace },
    spec: { clusterIP: '0.0.0.1', ports: [{ port: 1 }] },
  }
  try {
    await cluster.create(servicesPath(cluster.namespace), impossible, { query: { dryRun: 'All' }, signal })
    return []
  } catch (error) {
    if (!(error instanceof ApiFailure) || isForbidden(error)) throw error
    return rangesIn(error)
  }
}

/** `The range of valid IPs is 10.96.0.0/12`, `the valid range is 10.96.0.0/12`. */
export function rangesIn({ status }: Pick<ApiError, 'status'>): Cidr[] {
  return cidrs(status.message?.match(/[\da-f.:]+\/\d{1,3}/gi) ?? [])
}

/** Load balancers, external IPs and cluster IPs of all Services. */
async function readServices(cluster: Cluster, signal: AbortSignal): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const { metadata, spec, status } of cluster.list<Service>(servicesPath(undefined), { signal })) {
    const whose = `service/${metadata.name} in namespace ${metadata.namespace ?? ''}`
    const put = (text: string | undefined, what: string): void => {
      const address = text === undefined ? undefined : parseIp(text)?.text
      if (address !== undefined) found.set(address, `${what} of ${whose}`)
    }
    for (const ip of spec.clusterIPs ?? [spec.clusterIP]) put(ip, 'the cluster IP')
    for (const ip of spec.externalIPs ?? []) put(ip, 'an external IP')
    for (const { ip } of status?.loadBalancer?.ingress ?? []) put(ip, 'the load balancer')
  }
  return found
}

async function readPodRanges(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<{ range: Cidr; node: string }[]> {
  const ranges: { range: Cidr; node: string }[] = []
  type Node = KubernetesObject & { spec?: { podCIDR?: string; podCIDRs?: string[] } }
  for await (const { metadata, spec } of cluster.list<Node>(nodesPath, { signal }))
    for (const range of cidrs(spec?.podCIDRs ?? [spec?.podCIDR ?? '']))
      ranges.push({ range, node: metadata.name })
  return ranges
}

/** Pods on the network of their node have its address, which may well be a backend. */
async function readPods(
  cluster: Cluster,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  if (addresses.length > mostLookups) return found
  type PlacedPod = Pod & { spec: { hostNetwork?: boolean } }
  await Promise.all(
    [...new Set(addresses)].map(async (address) => {
      const query = { fieldSelector: `status.podIP=${address}`, limit: 5 }
      const { items } = await cluster.get<KubernetesList<PlacedPod>>(podsPath(undefined), { query, signal })
      const pod = items.find(({ spec, status }) => spec.hostNetwork !== true && status?.podIP === address)
      if (pod !== undefined)
        found.set(address, `pod/${pod.metadata.name} in namespace ${pod.metadata.namespace ?? ''}`)
    }),
  )
  return found
}

function cidrs(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? [])
}
