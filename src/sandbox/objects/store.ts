import { randomUUID } from 'node:crypto'
import { alreadyExists, expired, notFound } from '../failure.ts'
import { apiVersionOf, builtInTypes, now, type Resource, type ResourceType } from './resource.ts'
import { defined } from '../../model/common/values.ts'

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  resource: ResourceType
  object: Resource
  /** Absent for ADDED. */
  previous?: Resource
  revision: number
}

/** Changes that a watch may start from; whoever asks for an older version has to list again. */
const remembered = 2000

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`

/** All objects, the order in which they changed, and whoever listens. */
export class ObjectStore {
  /** All that there can be objects of. */
  readonly types: readonly ResourceType[]
  readonly #objects = new Map<ResourceType, Map<string, Resource>>()
  readonly #listeners = new Set<(change: Change) => void>()
  #history: Change[] = []
  #revision = 1
  /** The newest change that is forgotten. */
  #forgotten = 0

  constructor(types: readonly ResourceType[] = builtInTypes) {
    this.types = types
  }

  get revision(): number {
    return this.#revision
  }

  find(type: ResourceType, namespace: string | undefined, name: string): Resource | undefined {
    return this.#of(type).get(keyOf(type.namespaced ? namespace : undefined, name))
  }

  get(type: ResourceType, namespace: string | undefined, name: string): Resource {
    const found = this.find(type, namespace, name)
    if (found === undefined) throw notFound(type, name)
    return found
  }

  /** In the order of namespaces and names; of all namespaces without one. */
  list(type: ResourceType, namespace?: string): Resource[] {
    const all = [...this.#of(type).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace)
  }

  /** Stores a new object and fills in what the server gives it. */
  create(type: ResourceType, object: object): Resource {
    const { metadata, ...rest } = object as Resource
    const known = this.find(type, metadata.namespace, metadata.name)
    if (known !== undefined) throw alreadyExists(type, metadata.name)
    return this.#put('ADDED', type, {
      ...rest,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: {
        ...metadata,
        uid: randomUUID(),
        creationTimestamp: now(),
        resourceVersion: '',
        ...('spec' in rest ? { generation: 1 } : {}),
      },
    })
  }

  /** Replaces an object. Nothing happens when nothing changed. */
  replace(type: ResourceType, object: Resource): Resource {
    const { namespace, name } = object.metadata
    const previous = this.get(type, namespace, name)
    const next = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: previous.metadata.resourceVersion },
    }
    if (JSON.stringify(next) === JSON.stringify(previous)) return previous
    const specChanged = JSON.stringify(object['spec']) !== JSON.stringify(previous['spec'])
    if (specChanged && previous.metadata.generation !== undefined)
      next.metadata.generation = previous.metadata.generation + 1
    return this.#put('MODIFIED', type, next, previous)
  }

  /** Changes parts of an object, if it is still there. */
  update(type: ResourceType, object: Resource, change: (current: Resource) => object): void {
    const current = this.find(type, object.metadata.namespace, object.metadata.name)
    if (current === undefined || current.metadata.uid !== object.metadata.uid) return
    this.replace(type, { ...current, ...change(current) })
  }

  remove(type: ResourceType, object: Resource): Resource | undefined {
    const { namespace, name, uid } = object.metadata
    const known = this.find(type, namespace, name)
    if (known === undefined || known.metadata.uid !== uid) return undefined
    this.#of(type).delete(keyOf(namespace, name))
    const last = { ...known, metadata: { ...known.metadata, resourceVersion: String(++this.#revision) } }
    this.#tell({ type: 'DELETED', resource: type, object: last, previous: known, revision: this.#revision })
    return last
  }

  /** What happened to objects of a type after a version. Throws a 410 when that is not remembered. */
  since(type: ResourceType, revision: number): Change[] {
    if (revision < this.#forgotten)
      throw expired(`too old resource version: ${revision} (${this.#forgotten + 1})`)
    return this.#history.filter((change) => change.resource === type && change.revision > revision)
  }

  /** Forgets all changes: watches of older versions end with 410. */
  forget(): void {
    this.#forgotten = this.#revision
    this.#history = []
  }

  /** Calls back at once with every change, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #of(type: ResourceType): Map<string, Resource> {
    let objects = this.#objects.get(type)
    if (objects === undefined) this.#objects.set(type, (objects = new Map()))
    return objects
  }

  #put(kind: 'ADDED' | 'MODIFIED', type: ResourceType, object: Resource, previous?: Resource): Resource {
    const revision = ++this.#revision
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }
    this.#of(type).set(keyOf(stored.metadata.namespace, stored.metadata.name), stored)
    this.#tell(defined({ type: kind, resource: type, object: stored, previous, revision }))
    return stored
  }

  #tell(change: Change): void {
    this.#history.push(change)
    if (this.#history.length > remembered)
      this.#forgotten = this.#history.shift()?.revision ?? this.#forgotten
    for (const listener of this.#listeners) listener(change)
  }
}
