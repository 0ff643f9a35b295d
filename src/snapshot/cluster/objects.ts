import { type Cluster, isNotFound } from '../../cluster/index.ts'
import { itemPath, listPath } from '../../cluster/paths.ts'
import { objectTypes } from '../../mechanisms/index.ts'
import { type Fact, known, mapFact, type Unknown } from '../../model/cluster/store.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { listName, type ObjectType, resourceName } from '../../model/cluster/object.ts'
import type { TargetKind } from '../../model/affinity/target.ts'
import type { ObjectTable } from '../../model/cluster/snapshot.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { NamedTarget } from '../../model/targets/parse.ts'
import type { Groups } from './groups.ts'
import { readList, readObject } from './read.ts'
import { defined } from '../../model/common/values.ts'

type List = Fact<readonly KubernetesObject[]>

/**
 * Reads the objects that mechanisms ask for, by their types, and each list once. A type whose group the cluster does not
 * serve has no objects. What may not be read is unknown.
 */
export class ObjectReader {
  readonly #cluster: Cluster
  readonly #groups: Promise<Fact<Groups>>
  readonly #signal: AbortSignal | undefined
  readonly #lists = new Map<string, Promise<List>>()

  constructor(cluster: Cluster, groups: Promise<Fact<Groups>>, signal?: AbortSignal) {
    this.#cluster = cluster
    this.#groups = groups
    this.#signal = signal
  }

  /**
   * What matters for targets of these namespaces, together; `undefined` among them stands for all namespaces. Where all targets are
   * Services of these names, what only matters on ways of others is left out.
   */
  async read(
    namespaces: readonly (string | undefined)[],
    services?: ReadonlySet<string>,
  ): Promise<ObjectTable> {
    const places = namespaces.includes(undefined) ? [undefined] : [...new Set(namespaces)]
    const gaps = new Map<string, Unknown>()
    const entries = await Promise.all(
      objectTypes.map(async (type) => {
        const lists = await Promise.all(places.map((place) => this.#relevant(type, place, gaps, services)))
        return [listName(type), together(lists)] as const
      }),
    )
    return { lists: new Map(entries), gaps: [...gaps.values()] }
  }

  /** The objects of a type with these labels; rejects as kubectl does where they may not be read. */
  async select(
    type: ObjectType,
    namespace: string | undefined,
    selector: string | undefined,
  ): Promise<readonly KubernetesObject[]> {
    const versions = await this.#versionsOf(type)
    if (!versions.known) throw versions.why.cause ?? new UserError(`could not read the API groups`)
    const query = selector === undefined ? {} : { labelSelector: selector }
    for (const version of versions.value) {
      const path = listPath(apiOf(type, version), type.resource, namespace)
      const found: KubernetesObject[] = []
      try {
        for await (const item of this.#cluster.list<KubernetesObject>(path, { query, signal: this.#signal }))
          found.push(typed(compact(item, type), type, version))
        return found
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
    throw noSuchType(type)
  }

  /** One object; rejects as kubectl does where its type or itself is not there. */
  async get<T extends KubernetesObject>(type: ObjectType<T>, namespace: string, name: string): Promise<T> {
    const found = await this.#getAny(type, namespace, name)
    if ('object' in found) return found.object
    if (found.missing === undefined) throw noSuchType(type)
    const what = resourceName(type)
    const where = type.scope === 'cluster' ? '' : ` in namespace "${namespace}"`
    throw new UserError(`${what} "${name}" not found${where}`, {
      hints: [`see what there is:  kubectl get ${what}${type.scope === 'cluster' ? '' : ` -n ${namespace}`}`],
      cause: found.missing,
    })
  }

  /** The same; undefined where its type or itself is not there. */
  async find<T extends KubernetesObject>(
    type: ObjectType<T>,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    const found = await this.#getAny(type, namespace, name)
    return 'object' in found ? found.object : undefined
  }

  /** In the first version in which it is there; else what was said of the last one, nothing where the type is not served. */
  async #getAny<T extends KubernetesObject>(
    type: ObjectType<T>,
    namespace: string,
    name: string,
  ): Promise<{ object: T } | { missing?: unknown }> {
    const versions = await this.#versionsOf(type)
    let missing: unknown
    for (const version of versions.known ? versions.value : [type.versions[0]]) {
      const path = itemPath(listPath(apiOf(type, version), type.resource, scopeOf(type, namespace)), name)
      try {
        return { object: await this.#cluster.get<T>(path, { signal: this.#signal }) }
      } catch (error) {
        if (!isNotFound(error)) throw error
        missing = error
      }
    }
    return { missing }
  }

  async #relevant(
    type: ObjectType,
    namespace: string | undefined,
    gaps: Map<string, Unknown>,
    services?: ReadonlySet<string>,
  ): Promise<List> {
    const listsOf = (types: readonly ObjectType[]): Promise<List[]> =>
      Promise.all(types.map((one) => this.#relevant(one, namespace, gaps, services)))
    const { onWays, beside, besideIf = () => true } = type
    const signs = onWays === undefined || services === undefined ? undefined : await listsOf(onWays.of)
    const isTold = signs?.some(
      (list) => list.known && list.value.some((one) => onWays?.tells(one, services!)),
    )
    if (isTold === false && signs?.every((list) => list.known) === true) return known([])
    if (isTold !== true && beside !== undefined) {
      const others = await listsOf(beside)
      if (!others.some((list) => list.known && list.value.some(besideIf))) return known([])
    }
    const isWide = namespace === undefined || type.within === 'everywhere' || type.scope === 'cluster'
    const all = await this.#list(type, isWide ? undefined : namespace)
    if (all.known || all.why.reason !== 'forbidden') return all
    if (namespace === undefined || type.within !== 'everywhere') return all
    // Those of the namespace may be allowed.
    const own = await this.#list(type, namespace)
    const what = `${resourceName(type)} of other namespaces`
    if (own.known) gaps.set(what, { ...all.why, what })
    return own
  }

  /** Those of some types that the cluster serves, as far as it says. */
  async served(types: readonly ObjectType[]): Promise<ReadonlySet<ObjectType>> {
    const all = await Promise.all(types.map((type) => this.#versionsOf(type)))
    return new Set(
      types.filter((_, index) => {
        const versions = all[index]
        return versions?.known !== true || versions.value.length > 0
      }),
    )
  }

  /** The kind that is meant: where several have the word, the first that the cluster serves. */
  async servedKind({ kind, namesakes = [] }: Pick<NamedTarget, 'kind' | 'namesakes'>): Promise<TargetKind> {
    if (namesakes.length === 0) return kind
    for (const one of [kind, ...namesakes]) {
      const versions = await this.#versionsOf(one.type)
      if (versions.known && versions.value.length > 0) return one
    }
    return kind
  }

  /**
   * A target by its name: where several kinds have the word, the first one that the cluster serves and that has it. Rejects as
   * kubectl does where none has.
   */
  async getTarget(
    { kind, namesakes = [], name }: NamedTarget,
    namespace: string,
  ): Promise<{ kind: TargetKind; object: KubernetesObject }> {
    const first = await this.servedKind({ kind, namesakes })
    for (const one of [first, ...[kind, ...namesakes].filter((other) => other !== first)]) {
      const object =
        one === first && namesakes.length === 0 ? undefined : await this.find(one.type, namespace, name)
      if (object !== undefined) return { kind: one, object }
    }
    return { kind: first, object: await this.get(first.type, namespace, name) }
  }

  /** All objects of a type, in a namespace or in all of them. */
  list<T extends KubernetesObject>(
    type: ObjectType<T>,
    namespace: string | undefined,
  ): Promise<Fact<readonly T[]>> {
    return this.#list(type, namespace) as Promise<Fact<readonly T[]>>
  }

  #list(type: ObjectType, namespace: string | undefined): Promise<List> {
    const key = `${listName(type)} ${namespace ?? ''}`
    const list = this.#lists.get(key) ?? this.#ask(type, namespace)
    this.#lists.set(key, list)
    return list
  }

  async #ask(type: ObjectType, namespace: string | undefined): Promise<List> {
    const versions = await this.#versionsOf(type)
    if (!versions.known) return versions
    const { only, fields = only === undefined ? undefined : `metadata.name=${only}` } = type
    const query = defined({ labelSelector: type.selector, fieldSelector: fields })
    for (const version of versions.value) {
      let isMissing = false
      const list = await readList<KubernetesObject>(
        this.#cluster,
        listPath(apiOf(type, version), type.resource, namespace),
        resourceName(type),
        { apiVersion: versionOf(type, version), kind: type.kind },
        {
          query,
          signal: this.#signal,
          keep: (item) => compact(item, type),
          onMissing: () => (isMissing = true),
        },
      )
      // A group may serve the type in another of its versions only, or not at all, which who may not read is not told.
      if (!isMissing && (list.known || (await this.#isServed(type, version))))
        return only === undefined ? list : mapFact(list, (all) => all.filter(isNamed(only)))
    }
    return known([])
  }

  /**
   * Asked where a list is refused: without permission there is no difference between what is there and what is not. A
   * server that said what its groups have is not asked for what is not there.
   */
  async #isServed(type: ObjectType, version: string): Promise<boolean> {
    if (type.isCustom !== true) return true
    const groups = await this.#groups
    if (groups.known && groups.value.get(type.group)?.resources.has(version) === true) return true
    const path = apiOf(type, version)
    const answer = await readObject<{ resources?: { name: string }[] }>(this.#cluster, path, path, {
      signal: this.#signal,
    })
    const resources = answer.known ? answer.value?.resources : undefined
    return resources === undefined || resources.some(({ name }) => name === type.resource)
  }

  /** In which versions the cluster may serve a type; none where it does not serve its group. */
  async #versionsOf(type: ObjectType): Promise<Fact<readonly string[]>> {
    if (type.isCustom !== true) return known([type.versions[0]])
    const groups = await this.#groups
    if (!groups.known) return groups
    const served = groups.value.get(type.group)
    if (served === undefined) return known([])
    const both = type.versions.filter((version) => served.versions.includes(version))
    const likely = both.length > 0 ? both : [served.preferred]
    return known(likely.filter((version) => served.resources.get(version)?.has(type.resource) ?? true))
  }
}

/** A server may not know how to select by name. */
function isNamed(name: string): (object: KubernetesObject) => boolean {
  return ({ metadata }) => metadata.name === name
}

/** The objects of several lists, each once; unknown where one is. */
function together(lists: readonly List[]): List {
  const [first] = lists
  if (first !== undefined && lists.length === 1) return first
  const objects = new Set<KubernetesObject>()
  for (const list of lists) {
    if (!list.known) return list
    for (const object of list.value) objects.add(object)
  }
  return known([...objects])
}

/** In kubectl's words. */
function noSuchType(type: ObjectType): UserError {
  return new UserError(`the server doesn't have a resource type "${resourceName(type)}"`)
}

/** Items of a list name no kind. */
function typed(object: KubernetesObject, type: ObjectType, version: string): KubernetesObject {
  return Object.assign(object, { apiVersion: versionOf(type, version), kind: type.kind })
}

function versionOf({ group }: ObjectType, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

function apiOf({ group }: ObjectType, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`
}

function scopeOf({ scope }: ObjectType, namespace: string): string | undefined {
  return scope === 'cluster' ? undefined : namespace
}

/** What nobody reads is more than half of an object. A copy is smaller than an object of which something was deleted. */
function compact(object: KubernetesObject, { keepsApplied }: ObjectType): KubernetesObject {
  const { managedFields: _nobody, ...metadata }: { managedFields?: unknown } & typeof object.metadata =
    object.metadata
  const { annotations } = metadata
  if (keepsApplied !== true && annotations?.[lastApplied] !== undefined) delete annotations[lastApplied]
  return Object.assign(object, { metadata })
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
