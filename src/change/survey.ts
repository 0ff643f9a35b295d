import type { Cluster } from '../cluster/index.ts'
import type { EndpointSlice, KubernetesList, Pod, Service } from '../model/kubernetes.ts'
import type { Fact } from '../model/fact.ts'
import type { NamespacedName } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import { known } from '../model/fact.ts'
import { ObjectReader } from '../snapshot/objects.ts'
import { podsPath, slicesPath } from '../cluster/paths.ts'
import { notAsked, readGroups } from '../snapshot/proxy.ts'
import { readList, readObject } from '../snapshot/read.ts'

/** From this many Services of one namespace on, one list of the namespace costs less than one for each. */
const manyServices = 8

/** The label by which EndpointSlices name their Service. */
const serviceLabel = 'kubernetes.io/service-name'

/** A sidecar is in all pods of a Service or in none. */
const fewPods = 3

/** API groups of the meshes whose sidecars matter; where none is served, no pod has one. */
const meshGroup = /(^|\.)(istio|linkerd)\.io$/

type SliceList = Fact<readonly EndpointSlice[]>

/**
 * Reads what could speak against turning affinity on, and no more: the endpoints, and what stands in front. `explain`
 * reads the rest. Namespaces can be asked for before the Services themselves are known, so that nobody waits twice.
 */
export class Survey {
  readonly #cluster: Cluster
  readonly #signal: AbortSignal
  readonly #objects: ObjectReader
  readonly #slices = new Map<string, Promise<SliceList>>()
  readonly #groups: ReturnType<typeof readGroups>

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster
    this.#signal = signal
    this.#groups = readGroups(cluster, signal)
    this.#groups.catch(() => undefined)
    this.#objects = new ObjectReader(cluster, this.#groups, signal)
  }

  /** Begins to read; what fails is told by `snapshot`. */
  begin(refs: readonly NamespacedName[]): void {
    for (const [namespace, members] of Map.groupBy(refs, (ref) => ref.namespace)) {
      this.#objects.read(namespace).catch(() => undefined)
      for (const { name } of members.length < manyServices ? members : [{ name: undefined }])
        this.#slicesOf(namespace, name).catch(() => undefined)
    }
  }

  /** What a snapshot tells about one Service, as far as it was asked for. */
  async snapshot({ namespace, name }: NamespacedName, service: Service): Promise<Snapshot> {
    const all = this.#slices.get(`${namespace}/`)
    const [objects, slices, pods] = await Promise.all([
      this.#objects.read(namespace),
      all === undefined ? this.#slicesOf(namespace, name) : all.then((fact) => only(fact, name)),
      this.#podsOf(namespace, service),
    ])
    return {
      source: 'cluster',
      services: [
        {
          service,
          slices,
          pods,
          autoscalers: notAsked('autoscalers'),
          networkPolicies: notAsked('networkpolicies'),
          events: notAsked('events'),
        },
      ],
      objects,
      proxy: notAsked('the Service proxy'),
      windowsNodes: notAsked('nodes'),
      version: notAsked('the version'),
    }
  }

  /** Of one Service, or without a name of all. */
  #slicesOf(namespace: string, name?: string): Promise<SliceList> {
    return memo(this.#slices, `${namespace}/${name ?? ''}`, () =>
      readList<EndpointSlice>(
        this.#cluster,
        slicesPath(namespace),
        'endpointslices',
        { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
        {
          signal: this.#signal,
          ...(name === undefined ? {} : { query: { labelSelector: `${serviceLabel}=${name}` } }),
        },
      ),
    )
  }

  async #podsOf(namespace: string, { spec }: Service): Promise<ServiceSnapshot['pods']> {
    const groups = await this.#groups
    if (groups.known && !groups.value.keys().some((group) => meshGroup.test(group))) return known([])
    const labelSelector = Object.entries(spec.selector ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join()
    if (labelSelector === '') return known([])
    const page = await readObject<KubernetesList<Pod>>(
      this.#cluster,
      podsPath(namespace),
      `pods in ${namespace}`,
      { query: { labelSelector, limit: fewPods }, signal: this.#signal },
    )
    return page.known ? known(page.value?.items ?? []) : page
  }
}

function only(fact: SliceList, name: string): SliceList {
  return fact.known
    ? known(fact.value.filter(({ metadata }) => metadata.labels?.[serviceLabel] === name))
    : fact
}

function memo<T>(values: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = values.get(key) ?? make()
  values.set(key, value)
  return value
}
