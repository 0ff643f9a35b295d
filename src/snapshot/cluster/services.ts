import type { Cluster } from '../../cluster/index.ts'
import { eventsPath, podsPath, slicesPath } from '../../cluster/paths.ts'
import { type InputName, inputs } from '../../mechanisms/service/facts.ts'
import { autoscalers, networkPolicies } from '../../mechanisms/service/objects.ts'
import { originAnnotation, serviceLabel, slicesSelector } from '../../model/cluster/external.ts'
import { type Fact, known, mapFact, notAsked } from '../../model/cluster/store.ts'
import type {
  EndpointSlice,
  KubernetesList,
  KubernetesObject,
  Pod,
  Service,
  SliceEndpoint,
} from '../../model/cluster/kubernetes.ts'
import type { NamespacedName, ObjectType } from '../../model/cluster/object.ts'
import type { Autoscaler, ServiceSnapshot } from '../../model/cluster/snapshot.ts'
import type { Groups } from './groups.ts'
import type { ObjectReader } from './objects.ts'
import { readList, readObject } from './read.ts'
import type { Wants } from '../wants.ts'
import { defined } from '../../model/common/values.ts'

/** From where what belongs to Services is read. */
export interface Scope {
  /** Undefined for all namespaces. */
  namespace: string | undefined
  /** One list of slices for all Services costs less than one for each. */
  isWhole: boolean
}

/** How a Service is read. */
export interface ServiceReading {
  scope: Scope
  wants: Wants
  /** Whether it or another one of its scope has affinity. */
  sticky: Promise<boolean>
}

/** A Service that may still be on its way. */
export interface AskedService {
  ref: NamespacedName
  service: Promise<Service>
}

/** As many pods as tell what all of them have. */
const fewPods = 3

/** API groups of the meshes whose sidecars matter; where none is served, no pod has one. */
const meshGroup = /(^|\.)(istio|linkerd)\.io$/

type SlicesByService = Fact<ReadonlyMap<string, readonly EndpointSlice[]>>

/** Reads what belongs to Services, each list once. */
export class ServiceReader {
  readonly #cluster: Cluster
  readonly #groups: Promise<Fact<Groups>>
  readonly #objects: ObjectReader
  readonly #signal: AbortSignal | undefined
  readonly #slices = new Map<string, Promise<SlicesByService>>()
  readonly #indexes = new WeakMap<Fact<unknown>, Fact<ReadonlyMap<string, unknown>>>()

  constructor(
    cluster: Cluster,
    groups: Promise<Fact<Groups>>,
    objects: ObjectReader,
    signal: AbortSignal | undefined,
  ) {
    this.#cluster = cluster
    this.#groups = groups
    this.#objects = objects
    this.#signal = signal
  }

  /** The slices of one Service or, where the scope has one list, those of all. */
  async slices(scope: Scope, name?: string): Promise<Fact<readonly EndpointSlice[]>> {
    return mapFact(await this.#slicesIn(scope, name), (index) => [...index.values()].flat())
  }

  /** What is known of a Service; what is not wanted is not asked for. */
  async read({ ref, service }: AskedService, reading: ServiceReading): Promise<ServiceSnapshot> {
    const { scope, wants, sticky } = reading
    const { namespace, name } = ref
    const ifWanted = <T>(input: InputName, ask: () => Promise<Fact<T>>): Promise<Fact<T>> =>
      wants.inputs.has(input) ? ask() : Promise.resolve(notAsked<T>(inputs[input].what))
    const policies = ifWanted('networkPolicies', () => this.#ofNamespace(networkPolicies, scope, namespace))
    const [found, slices, pods, events, scalers, rules] = await Promise.all([
      service,
      this.#slicesIn(scope, name),
      ifWanted('pods', async () =>
        wants.somePods === true
          ? await this.#somePodsOf(namespace, service)
          : await this.#podsOf(namespace, service, policies),
      ),
      ifWanted('events', () => this.#eventsOf(ref, service)),
      ifWanted('autoscalers', async () =>
        // Only where clients stay does it matter that pods come and go.
        (await sticky)
          ? await this.#ofNamespace(autoscalers, scope, namespace)
          : notAsked<readonly Autoscaler[]>(inputs.autoscalers.what),
      ),
      policies,
    ])
    return {
      service: found,
      slices: mapFact(slices, (index) => index.get(`${namespace}/${name}`) ?? none),
      pods,
      events,
      autoscalers: scalers,
      networkPolicies: rules,
    }
  }

  /**
   * The same for the Services of a list that are read already, once the lists of their scope are there: then nothing is
   * waited for, which counts with thousands of them. Pods and events, which would be asked for each, are not read. Each
   * Service is asked for once: its slices are let go of with it.
   */
  async ofList(scope: Scope): Promise<(service: Service, ref: NamespacedName) => ServiceSnapshot> {
    const [slices, scalers, policies] = await Promise.all([
      this.#slicesIn(scope),
      this.#byNamespace(autoscalers, scope),
      this.#byNamespace(networkPolicies, scope),
    ])
    const pods = notAsked<never>(inputs.pods.what)
    const events = notAsked<never>(inputs.events.what)
    const rest = mapFact(slices, (index) => new Map(index))
    this.#slices.clear()
    return (service, { namespace, name }) => {
      const key = `${namespace}/${name}`
      // A list of its own, with which goes what is worked out of it.
      const own = mapFact(rest, (index) => [...(index.get(key) ?? none)])
      if (rest.known) rest.value.delete(key)
      return {
        service,
        slices: own,
        pods,
        events,
        autoscalers: mapFact(scalers, (index) => index.get(namespace) ?? none),
        networkPolicies: mapFact(policies, (index) => index.get(namespace) ?? none),
      }
    }
  }

  #slicesIn({ namespace, isWhole }: Scope, name?: string): Promise<SlicesByService> {
    const one = isWhole ? undefined : name
    const key = `${namespace ?? ''}/${one ?? ''}`
    const list = this.#slices.get(key) ?? this.#listSlices(namespace, one)
    this.#slices.set(key, list)
    return list
  }

  async #listSlices(namespace: string | undefined, name: string | undefined): Promise<SlicesByService> {
    const slices = await readList<EndpointSlice>(
      this.#cluster,
      slicesPath(namespace),
      inputs.slices.what,
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      {
        signal: this.#signal,
        keep: compact,
        ...(name === undefined ? {} : { query: { labelSelector: slicesSelector(name) } }),
      },
    )
    return mapFact(slices, (all) =>
      Map.groupBy(
        all,
        ({ metadata }) => `${metadata.namespace ?? namespace ?? ''}/${metadata.labels?.[serviceLabel] ?? ''}`,
      ),
    )
  }

  /** The objects of a type in the namespace of a Service, from the list of its scope. */
  async #ofNamespace<T extends KubernetesObject>(
    type: ObjectType<T>,
    scope: Scope,
    namespace: string,
  ): Promise<Fact<readonly T[]>> {
    return mapFact(await this.#byNamespace(type, scope), (index) => index.get(namespace) ?? none)
  }

  async #byNamespace<T extends KubernetesObject>(
    type: ObjectType<T>,
    { namespace: place }: Scope,
  ): Promise<Fact<ReadonlyMap<string, readonly T[]>>> {
    const list = await this.#objects.list(type, place)
    const before = this.#indexes.get(list) as Fact<ReadonlyMap<string, readonly T[]>> | undefined
    const index =
      before ??
      mapFact(list, (all) => Map.groupBy(all, ({ metadata: { namespace = place } }) => namespace ?? ''))
    this.#indexes.set(list, index)
    return index
  }

  /** Pods say who owns them and which policies select them; with neither affinity nor policies nobody asks. */
  async #podsOf(
    namespace: string,
    service: Promise<Service>,
    policies: Promise<ServiceSnapshot['networkPolicies']>,
  ): Promise<ServiceSnapshot['pods']> {
    const { spec } = await service
    const rules = spec.sessionAffinity === 'ClientIP' ? undefined : await policies
    const labelSelector = selectorOf(spec)
    if (labelSelector === '' || (rules?.known === true && rules.value.length === 0)) return known(none)
    return await readList<Pod>(
      this.#cluster,
      podsPath(namespace),
      `pods in ${namespace}`,
      { apiVersion: 'v1', kind: 'Pod' },
      { query: { labelSelector }, signal: this.#signal },
    )
  }

  async #somePodsOf(namespace: string, service: Promise<Service>): Promise<ServiceSnapshot['pods']> {
    const [{ spec }, groups] = await Promise.all([service, this.#groups])
    const labelSelector = selectorOf(spec)
    const hasMesh = !groups.known || groups.value.keys().some((group) => meshGroup.test(group))
    if (!hasMesh || labelSelector === '') return known(none)
    const page = await readObject<KubernetesList<Pod>>(
      this.#cluster,
      podsPath(namespace),
      `pods in ${namespace}`,
      { query: { labelSelector, limit: fewPods }, signal: this.#signal },
    )
    return mapFact(page, (list) => list?.items ?? none)
  }

  /** Warnings about a load balancer that cannot be made; other Services have no events that matter. */
  async #eventsOf(
    { namespace, name }: NamespacedName,
    service: Promise<Service>,
  ): Promise<ServiceSnapshot['events']> {
    if ((await service).spec.type !== 'LoadBalancer') return notAsked(inputs.events.what)
    return await readWarnings(this.#cluster, { namespace, name }, this.#signal)
  }
}

/** Warnings about a Service. */
export async function readWarnings(
  cluster: Cluster,
  { namespace, name }: NamespacedName,
  signal: AbortSignal | undefined,
): Promise<ServiceSnapshot['events']> {
  const fieldSelector = `involvedObject.kind=Service,involvedObject.name=${name},type=Warning`
  const events = await readList<{ reason?: string; message?: string }>(
    cluster,
    eventsPath(namespace),
    `events in ${namespace}`,
    { apiVersion: 'v1', kind: 'Event' },
    { query: { fieldSelector }, signal },
  )
  return mapFact(events, (all) => all.map(({ reason = '', message = '' }) => ({ reason, message })))
}

/** Thousands of Services share it. */
const none: readonly never[] = []

/** The pods that the Service selects. Without a selector there are none by that way. */
function selectorOf({ selector = {} }: Service['spec']): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join()
}

/** A slice without what nobody reads, so that memory follows the number of endpoints and not the size of objects. */
function compact({ apiVersion, metadata, addressType, endpoints, ports }: EndpointSlice): EndpointSlice {
  const { name, namespace, labels, annotations } = metadata
  const origin = annotations?.[originAnnotation]
  return {
    apiVersion,
    kind: 'EndpointSlice',
    metadata: {
      name,
      ...defined({ namespace, labels }),
      ...(origin === undefined ? {} : { annotations: { [originAnnotation]: origin } }),
    },
    addressType,
    ports: ports ?? null,
    endpoints: (endpoints ?? []).map(compactEndpoint),
  }
}

/** Most endpoints have one of a few conditions, and one of the names of the nodes: kept once. */
const knownConditions = new Map<string, NonNullable<SliceEndpoint['conditions']>>()
const nodeNames = new Map<string, string>()

function shared<T>(known: Map<string, T>, key: string, value: T): T {
  const before = known.get(key)
  if (before !== undefined) return before
  known.set(key, value)
  return value
}

function compactEndpoint({
  addresses,
  conditions,
  nodeName,
  zone,
  hints,
  targetRef,
}: SliceEndpoint): SliceEndpoint {
  const { kind, name } = targetRef ?? {}
  const kept: SliceEndpoint = { addresses }
  if (conditions) {
    const { ready, serving, terminating } = conditions
    kept.conditions = shared(knownConditions, `${ready} ${serving} ${terminating}`, conditions)
  }
  if (nodeName !== undefined) kept.nodeName = shared(nodeNames, nodeName, nodeName)
  if (hints !== undefined) {
    kept.hints = hints
    if (zone !== undefined) kept.zone = zone
  }
  if (kind !== undefined && name !== undefined) kept.targetRef = { kind, name }
  return kept
}
