import { type Cluster, isNotFound } from '../cluster/index.ts'
import type { EndpointSlice, Pod, Service } from '../model/kubernetes.ts'
import { type Fact, known, mapFact } from '../model/fact.ts'
import type { NamespacedName } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import { type NamespaceFacts, readNamespace } from './namespace.ts'
import { eventsPath, podsPath, servicePath, slicesPath } from '../cluster/paths.ts'
import { ObjectReader, readObjects } from './objects.ts'
import { askNodes, type Groups, notAsked, readGroups, readProxy, readWindowsNodes } from './proxy.ts'
import { readList, readObject } from './read.ts'
import { notFound, refOf } from './targets.ts'

export interface CollectOptions {
  signal?: AbortSignal | undefined
  /** What has been read of the objects in front; it is asked for the rest. */
  objects?: ObjectReader
}

/** From this many Services of one namespace on, one list of the namespace costs less than one for each. */
const manyServices = 8

/** The label by which EndpointSlices name their Service. */
const serviceLabel = 'kubernetes.io/service-name'

/**
 * Reads what matters for some Services, in parallel. Services may be given as names (they are read as well; one that
 * does not exist rejects with UserError) or as objects that were read already. What may not be read becomes an
 * unknown fact; only a lost connection, bad credentials, an aborted signal, or a Service that may not be read reject.
 */
export async function collectSnapshot(
  cluster: Cluster,
  subjects: readonly (Service | NamespacedName)[],
  { signal, objects }: CollectOptions = {},
): Promise<Snapshot> {
  const groups = readGroups(cluster, signal)
  const names = groupNames(groups)
  const asked = subjects.map((subject) => ({
    ref: refTo(subject),
    service: getService(cluster, subject, signal),
  }))
  const sticky = isAnySticky(asked)
  const services = Promise.all(
    [...Map.groupBy(asked, ({ ref }) => ref.namespace)].map(async ([namespace, members]) => {
      const shared = readNamespace(cluster, namespace, isAnySticky(members), signal)
      const slices = readSlices(cluster, namespace, members, signal)
      return await Promise.all(members.map((member) => readService(cluster, member, slices, shared, signal)))
    }),
  ).then((lists) => lists.flat())
  const proxy = Promise.all([readProxy(cluster, names, signal), services]).then(([fact, found]) =>
    askNodes(
      cluster,
      fact,
      found.flatMap(({ slices }) => (slices.known ? slices.value : [])),
      signal,
    ),
  )
  const [found, proxyFact, windowsNodes, version, table] = await Promise.all([
    services,
    proxy,
    sticky.then((wanted) => (wanted ? readWindowsNodes(cluster, signal) : notAsked<string[]>('nodes'))),
    readVersion(cluster, groups, signal),
    readObjects(
      objects ?? new ObjectReader(cluster, groups, signal),
      asked.map(({ ref }) => ref.namespace),
    ),
  ])
  return { source: 'cluster', services: found, proxy: proxyFact, windowsNodes, version, objects: table }
}

type SliceReader = (name: string) => Promise<Fact<readonly EndpointSlice[]>>

/** One list for each Service, or for many Services one list of the namespace. */
function readSlices(
  cluster: Cluster,
  namespace: string,
  members: readonly unknown[],
  signal: AbortSignal | undefined,
): SliceReader {
  const list = (query: Record<string, string>) =>
    readList<EndpointSlice>(
      cluster,
      slicesPath(namespace),
      'endpointslices',
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      { query, signal },
    )
  if (members.length < manyServices) return (name) => list({ labelSelector: `${serviceLabel}=${name}` })
  const all = list({}).then((fact) =>
    fact.known ? known(Map.groupBy(fact.value, ({ metadata }) => metadata.labels?.[serviceLabel])) : fact,
  )
  return async (name) => {
    const fact = await all
    return fact.known ? known(fact.value.get(name) ?? []) : fact
  }
}

interface Asked {
  ref: NamespacedName
  service: Promise<Service>
}

/** Many facts matter only where there is affinity: what is not needed is not asked for. */
async function isAnySticky(asked: readonly Asked[]): Promise<boolean> {
  const services = await Promise.all(asked.map(({ service }) => service))
  return services.some(({ spec }) => spec.sessionAffinity === 'ClientIP')
}

async function readService(
  cluster: Cluster,
  { ref, service }: Asked,
  slices: SliceReader,
  shared: Promise<NamespaceFacts>,
  signal: AbortSignal | undefined,
): Promise<ServiceSnapshot> {
  const [found, sliceFact, pods, events, facts] = await Promise.all([
    service,
    slices(ref.name),
    readPodsIfNeeded(cluster, service, shared, signal),
    service.then((object) => readEvents(cluster, object, signal)),
    shared,
  ])
  return { service: found, slices: sliceFact, pods, events, ...facts }
}

async function getService(
  cluster: Cluster,
  subject: Service | NamespacedName,
  signal: AbortSignal | undefined,
): Promise<Service> {
  if ('spec' in subject) return subject
  try {
    return await cluster.get<Service>(servicePath(subject.namespace, subject.name), { signal })
  } catch (error) {
    throw isNotFound(error) ? notFound(subject, error) : error
  }
}

/** Pods say who owns them and which policies select them; with neither affinity nor policies nobody asks. */
async function readPodsIfNeeded(
  cluster: Cluster,
  service: Promise<Service>,
  shared: Promise<NamespaceFacts>,
  signal: AbortSignal | undefined,
): Promise<Fact<readonly Pod[]>> {
  const found = await service
  if (found.spec.sessionAffinity !== 'ClientIP') {
    const { networkPolicies } = await shared
    if (networkPolicies.known && networkPolicies.value.length === 0) return known([])
  }
  return await readPods(cluster, found, signal)
}

/** The pods that the Service selects. Without a selector there are none by that way. */
async function readPods(
  cluster: Cluster,
  service: Service,
  signal: AbortSignal | undefined,
): Promise<Fact<readonly Pod[]>> {
  const selector = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`)
  if (selector.length === 0) return known([])
  const { namespace } = refOf(service)
  const type = { apiVersion: 'v1', kind: 'Pod' }
  const query = { labelSelector: selector.join() }
  return await readList<Pod>(cluster, podsPath(namespace), `pods in ${namespace}`, type, { query, signal })
}

/** Warnings about a load balancer that cannot be made; other Services have no events that matter. */
async function readEvents(
  cluster: Cluster,
  service: Service,
  signal: AbortSignal | undefined,
): Promise<ServiceSnapshot['events']> {
  if (service.spec.type !== 'LoadBalancer') return notAsked('events')
  const { namespace, name } = refOf(service)
  const query = { fieldSelector: `involvedObject.kind=Service,involvedObject.name=${name},type=Warning` }
  const type = { apiVersion: 'v1', kind: 'Event' }
  const events = await readList<{ reason?: string; message?: string }>(
    cluster,
    eventsPath(namespace),
    `events in ${namespace}`,
    type,
    { query, signal },
  )
  return events.known
    ? known(events.value.map(({ reason = '', message = '' }) => ({ reason, message })))
    : events
}

/**
 * `v1.36.3`. The version matters for bugs that are older than autoscaling/v2, which came with 1.23: where that is
 * served, nobody needs to ask.
 */
export async function readVersion(
  cluster: Cluster,
  groups: Promise<Fact<Groups>>,
  signal: AbortSignal | undefined,
): Promise<Fact<string>> {
  const served = await groups
  if (served.known && served.value.get('autoscaling')?.preferred === 'v2') return known('v1.23 or newer')
  const answer = await readObject<{ gitVersion?: string }>(cluster, '/version', 'the version', { signal })
  return answer.known ? known(answer.value?.gitVersion ?? '') : answer
}

/** The names of groups alone. */
export async function groupNames(groups: Promise<Fact<Groups>>): Promise<Fact<ReadonlySet<string>>> {
  return mapFact(await groups, (served) => new Set(served.keys()))
}

function refTo(subject: Service | NamespacedName): NamespacedName {
  return 'spec' in subject ? refOf(subject) : subject
}
