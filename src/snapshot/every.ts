import type { Cluster } from '../cluster/index.ts'
import type { EndpointSlice, KubernetesObject, Service } from '../model/kubernetes.ts'
import { type Fact, known } from '../model/fact.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import { groupNames, readVersion } from './collect.ts'
import { type NamespaceFacts, readNamespace } from './namespace.ts'
import { ObjectReader } from './objects.ts'
import { slicesPath } from '../cluster/paths.ts'
import { askNodes, notAsked, readGroups, readProxy, readWindowsNodes } from './proxy.ts'
import type { TargetQuery } from '../targets/parse.ts'
import { readList } from './read.ts'
import { type Resolved, refOf, resolveServices } from './targets.ts'

const serviceLabel = 'kubernetes.io/service-name'

/** Services are handed on in groups, so that the shared part of a snapshot is not made for each. */
const groupSize = 250

/**
 * Snapshots of many Services, a group at a time. Services are read page by page as they are consumed; of everything
 * else only what analyzers read is kept, so that memory follows the number of endpoints and not the size of objects.
 * Pods are not read: in a large cluster they are more than all the rest. Rejects as resolveServices does.
 */
export async function* collectMany(
  cluster: Cluster,
  query: Extract<TargetQuery, { kind: 'list' }>,
  signal?: AbortSignal,
): AsyncGenerator<Snapshot, void, undefined> {
  const namespace = query.allNamespaces ? undefined : cluster.namespace
  const groups = readGroups(cluster, signal)
  const names = groupNames(groups)
  const resolved = resolveServices(cluster, query, signal)[Symbol.asyncIterator]()
  const first = resolved.next()
  const [shared, objects, slices, proxy, windowsNodes, version] = await Promise.all([
    readNamespace(cluster, namespace, Promise.resolve(true), signal),
    new ObjectReader(cluster, groups, signal).read(namespace),
    readSlices(cluster, namespace, signal),
    readProxy(cluster, names, signal),
    readWindowsNodes(cluster, signal),
    readVersion(cluster, groups, signal),
    // Its error is thrown below; here it must not stay unhandled.
    first.catch(() => undefined),
  ])
  const asked = await askNodes(cluster, proxy, slices.known ? [...slices.value.values()].flat() : [], signal)
  const common = { source: 'cluster' as const, proxy: asked, windowsNodes, version, objects }
  const local = byNamespace(shared)
  let services: ServiceSnapshot[] = []
  for (let next = await first; next.done !== true; next = await resolved.next()) {
    if (!('service' in next.value)) continue
    services.push(toSnapshot(next.value, slices, local))
    if (services.length === groupSize) {
      yield { ...common, services }
      services = []
    }
  }
  if (services.length > 0) yield { ...common, services }
}

type SliceIndex = Fact<ReadonlyMap<string, readonly EndpointSlice[]>>

async function readSlices(
  cluster: Cluster,
  namespace: string | undefined,
  signal: AbortSignal | undefined,
): Promise<SliceIndex> {
  const index = new Map<string, EndpointSlice[]>()
  const type = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' }
  const slices = await readList<EndpointSlice>(cluster, slicesPath(namespace), 'endpointslices', type, {
    signal,
    keep: compact,
  })
  if (!slices.known) return slices
  for (const slice of slices.value) {
    const service = slice.metadata.labels?.[serviceLabel]
    if (service === undefined) continue
    const key = `${slice.metadata.namespace}/${service}`
    const list = index.get(key)
    if (list === undefined) index.set(key, [slice])
    else list.push(slice)
  }
  return known(index)
}

/** A slice without what nobody reads: managed fields, annotations, owners. */
function compact(slice: EndpointSlice): EndpointSlice {
  const { metadata, addressType, endpoints, ports } = slice
  const { name, namespace, labels } = metadata
  return {
    apiVersion: slice.apiVersion,
    kind: 'EndpointSlice',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    addressType,
    ports: ports ?? null,
    endpoints: (endpoints ?? []).map(({ addresses, conditions, nodeName }) => ({
      addresses,
      ...(conditions === undefined ? {} : { conditions }),
      ...(nodeName === undefined ? {} : { nodeName }),
    })),
  }
}

type Local = { [Name in keyof NamespaceFacts]: (namespace: string) => NamespaceFacts[Name] }

/** Facts of all namespaces as facts of one. */
function byNamespace(facts: NamespaceFacts): Local {
  return {
    autoscalers: lookup(facts.autoscalers),
    networkPolicies: lookup(facts.networkPolicies),
  }
}

function lookup<T extends KubernetesObject>(
  fact: Fact<readonly T[]>,
): (namespace: string) => Fact<readonly T[]> {
  if (!fact.known) return () => fact
  const groups = Map.groupBy(fact.value, ({ metadata }) => metadata.namespace ?? '')
  const empty: Fact<readonly T[]> = known([])
  return (namespace) => {
    const group = groups.get(namespace)
    return group === undefined ? empty : known(group)
  }
}

const pods = notAsked<never>('pods')
const events = notAsked<never>('events')
const noSlices: Fact<readonly EndpointSlice[]> = known([])

function toSnapshot(
  { service }: Extract<Resolved, { service: Service }>,
  slices: SliceIndex,
  local: Local,
): ServiceSnapshot {
  const { namespace, name } = refOf(service)
  const own = slices.known ? slices.value.get(`${namespace}/${name}`) : undefined
  return {
    service,
    slices: slices.known ? (own === undefined ? noSlices : known(own)) : slices,
    pods,
    events,
    autoscalers: local.autoscalers(namespace),
    networkPolicies: local.networkPolicies(namespace),
  }
}
