import { handled } from '../model/common/stream.ts'
import type { Cluster } from '../cluster/index.ts'
import { type InputName, inputs } from '../mechanisms/service/facts.ts'
import { services } from '../mechanisms/service/objects.ts'
import { type Fact, mapFact, notAsked, type Unknown } from '../model/cluster/store.ts'
import type { EndpointSlice, Service } from '../model/cluster/kubernetes.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import type { ObjectTable, ProxyFacts, ServiceSnapshot, Snapshot } from '../model/cluster/snapshot.ts'
import type { TargetQuery } from '../model/targets/parse.ts'
import { type Groups, readGroups, readVersion } from './cluster/groups.ts'
import { ObjectReader } from './cluster/objects.ts'
import { needsCloud } from '../mechanisms/service/balancers/recognise.ts'
import { askNodes, readCloud, readProxy, readWindowsNodes } from './cluster/proxy.ts'
import { type AskedService, type Scope, ServiceReader } from './cluster/services.ts'
import { findService, getService, nameOf, resolveServices } from './cluster/targets.ts'
import { toExplain, toExplainMany, type Wants } from './wants.ts'

export interface CollectorOptions {
  signal?: AbortSignal | undefined
  /** There are targets all over the cluster: every list is one of all namespaces. */
  isEverywhere?: boolean
  /** Where they are asked for already. */
  groups?: Promise<Fact<Groups>> | undefined
}

export interface CollectOptions {
  wants?: Wants
  /** Of targets that are no Services: what stands in front is read there as well. */
  namespaces?: readonly string[]
}

/** From this many Services of one namespace on, one list of the namespace costs less than one for each. */
const manyServices = 8

/** Services of a list are handed on in groups, so that the shared part of a snapshot is not made for each. */
const groupSize = 1000

/**
 * Reads what matters for targets from a cluster: in parallel, and nothing twice. What may not be read becomes an unknown
 * fact; only a lost connection, bad credentials, an aborted signal, or a Service that may not be read reject.
 */
export class Collector {
  readonly objects: ObjectReader
  readonly #cluster: Cluster
  readonly #signal: AbortSignal | undefined
  readonly #isEverywhere: boolean
  readonly #groups: Promise<Fact<Groups>>
  readonly #services: ServiceReader
  readonly #scopes = new Map<string, Scope>()
  readonly #proxy: () => Promise<Fact<ProxyFacts>>
  readonly #windowsNodes: () => Promise<Fact<readonly string[]>>
  readonly #version: () => Promise<Fact<string>>
  readonly #cloud: () => Promise<Fact<string>>

  constructor(
    cluster: Cluster,
    { signal, isEverywhere = false, groups = readGroups(cluster, signal) }: CollectorOptions = {},
  ) {
    this.#cluster = cluster
    this.#signal = signal
    this.#isEverywhere = isEverywhere
    this.#groups = handled(groups)
    this.objects = new ObjectReader(cluster, this.#groups, signal)
    this.#services = new ServiceReader(cluster, this.#groups, this.objects, signal)
    this.#proxy = once(() => readProxy(cluster, signal, this.#groups))
    this.#windowsNodes = once(() => readWindowsNodes(cluster, signal))
    this.#version = once(() => readVersion(cluster, this.#groups, signal))
    this.#cloud = once(() => readCloud(cluster, signal))
  }

  /** Begins to read for what is known by name only, so that nobody waits twice. What fails is told by `collect`. */
  begin(refs: readonly NamespacedName[], { wants = toExplain, namespaces = [] }: CollectOptions = {}): void {
    const ignore = (reading: Promise<unknown>): void => void reading.catch(() => undefined)
    for (const [namespace, members] of Map.groupBy(refs, (ref) => ref.namespace)) {
      const isWhole = this.#isEverywhere || new Set(members.map(({ name }) => name)).size >= manyServices
      const scope = this.#scopes.get(namespace) ?? { namespace: this.#placeOf(namespace), isWhole }
      this.#scopes.set(namespace, scope)
      ignore(this.inFront([namespace], members))
      for (const { name } of members) ignore(this.#services.slices(scope, name))
    }
    ignore(this.inFront(namespaces))
    if (wants.inputs.has('proxy')) ignore(this.#proxy())
  }

  /** What stands in front of the Services of some namespaces; of these alone, where they are given. */
  async inFront(namespaces: readonly string[], services?: readonly NamespacedName[]): Promise<ObjectTable> {
    const places = namespaces.map((namespace) => this.#placeOf(namespace))
    return await this.objects.read(places, services && new Set(services.map(({ name }) => name)))
  }

  /** The Services of these names, as far as there are any, and what of them may not be read. */
  async find(refs: readonly NamespacedName[]): Promise<{ services: Service[]; gaps: Unknown[] }> {
    const facts = await Promise.all(
      [...Map.groupBy(refs, ({ namespace }) => this.#placeOf(namespace))].map(async ([place, members]) => {
        if (!this.#isEverywhere && members.length < manyServices)
          return await Promise.all(members.map((ref) => findService(this.#cluster, ref, this.#signal)))
        const wanted = new Set(members.map(({ namespace, name }) => `${namespace}/${name}`))
        const isWanted = ({ metadata: { namespace = place, name } }: Service): boolean =>
          wanted.has(`${namespace}/${name}`)
        return [mapFact(await this.objects.list(services, place), (list) => list.filter(isWanted))]
      }),
    )
    const all = facts.flat()
    return {
      services: all.flatMap((fact) => (fact.known ? fact.value : [])),
      gaps: all.flatMap((fact) => (fact.known ? [] : [fact.why])),
    }
  }

  /**
   * What matters for some Services, given as names (they are read as well; one that does not exist rejects with
   * UserError) or as objects that were read already.
   */
  async collect(
    subjects: readonly (Service | NamespacedName)[],
    { wants = toExplain, namespaces = [] }: CollectOptions = {},
  ): Promise<Snapshot> {
    const asked = subjects.map((subject) => this.#ask(subject))
    this.begin(
      asked.map(({ ref }) => ref),
      { wants, namespaces },
    )
    const groups = Map.groupBy(asked, ({ ref }) => ref.namespace)
    const sticky = new Map(
      [...groups].map(([namespace, members]) => [namespace, handled(isAny(members, isSticky))]),
    )
    const found = Promise.all(
      asked.map(async (one) => {
        const { namespace } = one.ref
        const scope = this.#scopes.get(namespace) ?? { namespace, isWhole: false }
        return await this.#services.read(one, {
          scope,
          wants,
          sticky: sticky.get(namespace) ?? isAny([one], isSticky),
        })
      }),
    )
    const objects = this.inFront(
      [...groups.keys(), ...namespaces],
      namespaces.length === 0 ? asked.map(({ ref }) => ref) : undefined,
    )
    const [all, common] = await Promise.all([
      found,
      this.#common(objects, {
        wants,
        slices: handled(slicesOf(found)),
        sticky: handled(isAny(asked, isSticky)),
        clouded: handled(isAny(asked, needsCloud)),
      }),
    ])
    return { ...common, services: all }
  }

  /**
   * Snapshots of the Services of a list, a group at a time. They are read page by page as they are consumed. Rejects as
   * resolveServices does.
   */
  async *everything(
    query: Extract<TargetQuery, { kind: 'list' }>,
  ): AsyncGenerator<Snapshot, void, undefined> {
    const namespace = query.allNamespaces ? undefined : this.#cluster.namespace
    const scope: Scope = { namespace, isWhole: true }
    const resolved = resolveServices(this.#cluster, query, this.#signal)[Symbol.asyncIterator]()
    const first = resolved.next()
    const [common, read] = await Promise.all([
      this.#common(this.objects.read([namespace]), {
        wants: toExplainMany,
        slices: handled(this.#services.slices(scope).then((fact) => (fact.known ? fact.value : []))),
        // Nobody knows before the last page.
        sticky: Promise.resolve(true),
        clouded: Promise.resolve(true),
      }),
      this.#services.ofList(scope),
      // Its error is thrown below; here it must not stay unhandled.
      first.catch(() => undefined),
    ])
    let group: ServiceSnapshot[] = []
    for (let next = await first; next.done !== true; next = await resolved.next()) {
      if ('error' in next.value) continue
      group.push(read(next.value.service, next.value.ref))
      if (group.length === groupSize) {
        yield { ...common, services: group }
        group = []
      }
    }
    if (group.length > 0) yield { ...common, services: group }
  }

  #ask(subject: Service | NamespacedName): AskedService {
    if ('spec' in subject) return { ref: nameOf(subject), service: Promise.resolve(subject) }
    return { ref: subject, service: getService(this.#cluster, subject, this.#signal) }
  }

  #placeOf(namespace: string): string | undefined {
    return this.#isEverywhere ? undefined : namespace
  }

  /** What all Services of a snapshot share. */
  async #common(
    front: Promise<ObjectTable>,
    { wants, slices, sticky, clouded }: Common,
  ): Promise<Omit<Snapshot, 'services'>> {
    const ifWanted = <T>(name: InputName, ask: () => Promise<Fact<T>>): Promise<Fact<T>> =>
      wants.inputs.has(name) ? ask() : Promise.resolve(notAsked<T>(inputs[name].what))
    const [proxy, windowsNodes, version, cloud, objects] = await Promise.all([
      ifWanted('proxy', async () => {
        const [fact, found] = await Promise.all([this.#proxy(), slices])
        return await askNodes(this.#cluster, fact, found, this.#signal)
      }),
      ifWanted('windowsNodes', async () =>
        (await sticky) ? await this.#windowsNodes() : notAsked<readonly string[]>(inputs.windowsNodes.what),
      ),
      ifWanted('version', () => this.#version()),
      ifWanted('cloud', async () =>
        (await clouded) ? await this.#cloud() : notAsked<string>(inputs.cloud.what),
      ),
      front,
    ])
    return { source: 'cluster', proxy, windowsNodes, version, cloud, objects }
  }
}

/** What is read at most once, when it is needed. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined
  return () => (reading ??= read())
}

interface Common {
  wants: Wants
  slices: Promise<Iterable<EndpointSlice>>
  /** Whether there is affinity: many facts matter only then, and what does not matter is not asked for. */
  sticky: Promise<boolean>
  /** Whether there is a load balancer that only the nodes' cloud can tell. */
  clouded: Promise<boolean>
}

async function isAny(asked: readonly AskedService[], is: (service: Service) => boolean): Promise<boolean> {
  const services = await Promise.all(asked.map(({ service }) => service))
  return services.some(is)
}

function isSticky({ spec }: Service): boolean {
  return spec.sessionAffinity === 'ClientIP'
}

async function slicesOf(services: Promise<readonly ServiceSnapshot[]>): Promise<EndpointSlice[]> {
  return (await services).flatMap(({ slices }) => (slices.known ? slices.value : []))
}
