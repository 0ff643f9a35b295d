import type { Cluster } from '../../cluster/index.ts'
import type { EndpointSlice, KubernetesList, Node, Pod } from '../../model/cluster/kubernetes.ts'
import { type Fact, known, mapFact, notAsked } from '../../model/cluster/store.ts'
import type { ProxyFacts } from '../../model/cluster/snapshot.ts'
import { kubeProxyConfigMaps, parseProxyMode } from '../../mechanisms/service/proxies/kube-proxy.ts'
import { asksFelix } from '../../mechanisms/service/proxies/calico.ts'
import type {
  ConfigMap,
  DaemonSet,
  FelixConfiguration,
  HiddenEvidence,
  ProxyEvidence,
} from '../../mechanisms/service/proxies/evidence.ts'
import { nodeArguments, sitsInside } from '../../mechanisms/service/proxies/hidden.ts'
import { ciliumSettings } from '../../mechanisms/service/proxies/cilium.ts'
import { proxyConfigMaps, recogniseProxy } from '../../mechanisms/service/proxies/recognise.ts'
import { configMapPath, listPath, nodesPath, podsPath, proxyModePath } from '../../cluster/paths.ts'
import { type Groups, readGroups } from './groups.ts'
import { readList, readObject } from './read.ts'
import { defined } from '../../model/common/values.ts'

/** As many nodes are asked for their mode as tell whether modes differ, without calling a whole cluster. */
const mostNodes = 8
const nodeLimitMs = 1500

/** Where agents live when they are not in kube-system; read only where the group of their resources is served. */
const agentNamespaces = [
  { group: 'operator.tigera.io', namespace: 'calico-system' },
  { group: 'k8s.ovn.org', namespace: 'openshift-ovn-kubernetes' },
  { group: 'k8s.ovn.org', namespace: 'ovn-kubernetes' },
  { group: 'operator.openshift.io', namespace: 'openshift-kube-proxy' },
  { group: 'operator.openshift.io', namespace: 'openshift-sdn' },
] as const

/** Where Calico's settings are served: by its own resources, or by its API server. */
const felixPaths = [
  { group: 'crd.projectcalico.org', path: '/apis/crd.projectcalico.org/v1/felixconfigurations' },
  { group: 'projectcalico.org', path: '/apis/projectcalico.org/v3/felixconfigurations' },
] as const

/** Labels of kube-proxy in static pods: of kops, and of GKE and RKE2. */
const proxyPodLabels = ['k8s-app=kube-proxy', 'component=kube-proxy'] as const

/** As many pods or nodes as tell what all of them have. */
const fewObjects = 20

/** Finds out who serves Services, as far as objects of the cluster tell. */
export async function readProxy(
  cluster: Cluster,
  signal: AbortSignal | undefined,
  groups = readGroups(cluster, signal),
): Promise<Fact<ProxyFacts>> {
  const [primary] = kubeProxyConfigMaps
  const [system, config, others] = await Promise.all([
    readDaemonSets(cluster, 'kube-system', signal),
    readConfigMap(cluster, primary.namespace, primary.name, signal),
    groups.then((served) => readAgents(cluster, served, signal)),
  ])
  const configMaps: Record<string, Fact<ConfigMap | undefined>> = { [keyOf(primary)]: config }
  const names = system.known ? system.value.map(({ metadata }) => metadata.name) : []
  const elsewhere = await readCiliumElsewhere(cluster, await groups, names, signal)
  const wanted = [
    ...proxyConfigMaps.filter(({ daemonSet }) => names.includes(daemonSet)),
    ...elsewhere.map(({ metadata: { namespace = '' } }) => ({ namespace, name: ciliumSettings })),
    ...(config.known && config.value === undefined ? kubeProxyConfigMaps.slice(1) : []),
  ]
  await Promise.all(
    wanted.map(async ({ namespace, name }) => {
      configMaps[keyOf({ namespace, name })] = await readConfigMap(cluster, namespace, name, signal)
    }),
  )
  const evidence: ProxyEvidence = {
    daemonSets: system.known ? known([...system.value, ...others, ...elsewhere]) : system,
    configMaps,
  }
  const felix = asksFelix(evidence) ? await readFelix(cluster, await groups, signal) : undefined
  const found = recogniseProxy({ ...evidence, ...defined({ felix }) })
  if (!isOpen(found)) return found
  const hidden = await readHidden(cluster, signal)
  return recogniseProxy({ ...evidence, hidden, ...defined({ felix }) })
}

/** Whether all was read, and part of it does not say who serves. */
function isOpen(found: Fact<ProxyFacts>): boolean {
  if (!found.known) return found.why.reason === 'not-known'
  const { outside } = found.value
  return outside !== undefined && !outside.known && outside.why.reason === 'not-known'
}

async function readFelix(
  cluster: Cluster,
  groups: Fact<Groups>,
  signal: AbortSignal | undefined,
): Promise<Fact<readonly FelixConfiguration[]>> {
  const served = felixPaths.find(({ group }) => groups.known && groups.value.has(group))
  if (served === undefined) return notAsked('felixconfigurations')
  const type = { apiVersion: `${served.group}/v1`, kind: 'FelixConfiguration' }
  return await readList<FelixConfiguration>(cluster, served.path, 'felixconfigurations', type, { signal })
}

/** Asks for what tells of a kube-proxy that no DaemonSet runs; most clusters are not asked. */
async function readHidden(cluster: Cluster, signal: AbortSignal | undefined): Promise<HiddenEvidence> {
  const [version, ...pods] = await Promise.all([
    readObject<{ gitVersion?: string }>(cluster, '/version', 'the version', { signal }),
    ...proxyPodLabels.map((labelSelector) =>
      readPage<Pod>(cluster, podsPath('kube-system'), 'pods in kube-system', {
        query: { labelSelector, limit: fewObjects },
        signal,
      }),
    ),
  ])
  const text = mapFact(version, (answer) => answer?.gitVersion ?? '')
  const isInside = text.known && sitsInside(text.value)
  const nodes = isInside
    ? await readPage<Node>(cluster, nodesPath, 'nodes', { query: { limit: fewObjects }, signal })
    : notAsked<readonly Node[]>('nodes')
  return {
    version: text,
    pods: pods.find((list) => list.known && list.value.length > 0) ?? pods[0] ?? notAsked('pods'),
    nodeArgs: mapFact(nodes, nodeArguments),
  }
}

/** The first page of a list. */
async function readPage<T>(
  cluster: Cluster,
  path: string,
  what: string,
  options: Parameters<typeof readObject>[3],
): Promise<Fact<readonly T[]>> {
  const page = await readObject<KubernetesList<T>>(cluster, path, what, options)
  return mapFact(page, (list) => list?.items ?? [])
}

/**
 * Asks kube-proxy itself on the nodes that hold endpoints. By default it listens on the loopback address only and
 * cannot be asked; where it does not answer, the ConfigMap stands.
 */
export async function askNodes(
  cluster: Cluster,
  proxy: Fact<ProxyFacts>,
  slices: Iterable<EndpointSlice>,
  signal: AbortSignal | undefined,
): Promise<Fact<ProxyFacts>> {
  if (!proxy.known && proxy.why.reason !== 'forbidden') return proxy
  if (proxy.known && (proxy.value.kind !== 'kube-proxy' || proxy.value.tellsMode === false)) {
    return proxy
  }
  const answers = await Promise.all(
    nodesOf(slices).map(async (name) => [name, await askNode(cluster, name, signal)] as const),
  )
  const nodes = Object.fromEntries(
    answers.flatMap(([name, mode]) => (mode === undefined ? [] : [[name, mode]])),
  )
  const [mode] = Object.values(nodes)
  if (mode === undefined) return proxy
  const base = proxy.known ? proxy.value : { kind: 'kube-proxy' as const, source: '', settings: {} }
  return known({ ...base, mode, nodes, source: 'the proxies on the nodes' })
}

/** The first nodes that hold endpoints. */
function nodesOf(slices: Iterable<EndpointSlice>): string[] {
  const names = new Set<string>()
  for (const { endpoints } of slices) {
    for (const { nodeName } of endpoints ?? []) if (nodeName !== undefined) names.add(nodeName)
    if (names.size >= mostNodes) break
  }
  return [...names].slice(0, mostNodes)
}

async function askNode(cluster: Cluster, node: string, signal: AbortSignal | undefined) {
  try {
    const limit = AbortSignal.timeout(nodeLimitMs)
    const merged = signal === undefined ? limit : AbortSignal.any([signal, limit])
    return parseProxyMode(await cluster.text(proxyModePath(node), { signal: merged }))
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

/** Names of Windows nodes; the server filters, so that one page at most is sent. */
export async function readWindowsNodes(
  cluster: Cluster,
  signal: AbortSignal | undefined,
): Promise<Fact<readonly string[]>> {
  const query = { labelSelector: 'kubernetes.io/os=windows', limit: 3 }
  const page = await readObject<{ items?: { metadata: { name: string } }[] | null }>(
    cluster,
    nodesPath,
    'nodes',
    {
      query,
      signal,
    },
  )
  return page.known ? known((page.value?.items ?? []).map(({ metadata }) => metadata.name)) : page
}

/** What cloud the nodes are of, as the first one says. */
export async function readCloud(cluster: Cluster, signal: AbortSignal | undefined): Promise<Fact<string>> {
  const nodes = await readPage<Node>(cluster, nodesPath, 'nodes', { query: { limit: 1 }, signal })
  return mapFact(nodes, ([node]) => node?.spec?.providerID ?? '')
}

async function readAgents(
  cluster: Cluster,
  groups: Fact<Groups>,
  signal: AbortSignal | undefined,
): Promise<DaemonSet[]> {
  const wanted = agentNamespaces.filter(({ group }) => groups.known && groups.value.has(group))
  const lists = await Promise.all(wanted.map(({ namespace }) => readDaemonSets(cluster, namespace, signal)))
  return lists.flatMap((list) => (list.known ? list.value : []))
}

/** Cilium in a namespace of its own: looked for where its resources are served, and kube-system has no agent. */
async function readCiliumElsewhere(
  cluster: Cluster,
  groups: Fact<Groups>,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly DaemonSet[]> {
  if (!groups.known || !groups.value.has('cilium.io')) return []
  if (names.includes('cilium') || names.includes('anetd')) return []
  const type = { apiVersion: 'apps/v1', kind: 'DaemonSet' }
  const query = { labelSelector: 'k8s-app=cilium' }
  const path = listPath('/apis/apps/v1', 'daemonsets', undefined)
  const found = await readList<DaemonSet>(cluster, path, 'daemonsets', type, { query, signal })
  return found.known ? found.value.filter(({ metadata }) => metadata.name === 'cilium').slice(0, 1) : []
}

function readDaemonSets(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<Fact<DaemonSet[]>> {
  const type = { apiVersion: 'apps/v1', kind: 'DaemonSet' }
  const path = listPath('/apis/apps/v1', 'daemonsets', namespace)
  return readList<DaemonSet>(cluster, path, `daemonsets in ${namespace}`, type, { signal })
}

function readConfigMap(
  cluster: Cluster,
  namespace: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Fact<ConfigMap | undefined>> {
  return readObject<ConfigMap>(cluster, configMapPath(namespace, name), `configmap ${namespace}/${name}`, {
    signal,
  })
}

function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`
}
