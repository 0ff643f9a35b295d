import type { KubernetesObject } from './kubernetes.ts'
import { listName, type NamespacedName, type ObjectType, resourceName } from './object.ts'

/** Something that was read, or why it could not be. What is unknown is never guessed. */
export type Fact<T> = { known: true; value: T } | { known: false; why: Unknown }

/** What could not be read. */
export interface Unknown {
  /** In words: `nodes`, `pods in shop`, `the ConfigMap kube-system/kube-proxy`. */
  what: string
  /** `not-known`: all was read, and it does not say. */
  reason: 'forbidden' | 'not-in-files' | 'failed' | 'not-asked' | 'not-known'
  /** The API server's words, where it has said something. */
  detail?: string
  /** What the reader threw, for whoever cannot go on without the object. */
  cause?: Error
}

export function known<T>(value: T): Fact<T> {
  return { known: true, value }
}

export function unknown<T>(why: Unknown): Fact<T> {
  return { known: false, why }
}

/** For facts that nobody has asked for. */
export function notAsked<T>(what: string): Fact<T> {
  return unknown<T>({ what, reason: 'not-asked' })
}

/** The same fact with another value; what is unknown stays so. */
export function mapFact<T, R>(fact: Fact<T>, change: (value: T) => R): Fact<R> {
  return fact.known ? known(change(fact.value)) : fact
}

/**
 * What was read, as mechanisms see it: objects by their type, and what is known by other means. Nobody names a kind
 * here: whoever needs objects brings their type. What was not asked for is unknown and never empty.
 */
export interface Store {
  list<T extends KubernetesObject>(type: ObjectType<T>): Fact<readonly T[]>
  /** One object; undefined where it is not there, or nothing is known of it. */
  get<T extends KubernetesObject>(type: ObjectType<T>, ref: NamespacedName): T | undefined
  fact<T>(type: FactType<T>): Fact<T>
}

/** Something that no list of objects tells: who serves Services on the nodes, which controller a class has. */
export interface FactType<T> {
  /** Unique. */
  name: string
  /** In words, for the list of what is unknown: `the Service proxy`. */
  what: string
  /** What it is worked out from: read for it. */
  reads?: readonly ObjectType[]
  /** Works it out, once for each store. Without it whoever makes the store has to know. */
  derive?: (store: Store) => Fact<T>
  /** It is another for each object of many: see storeWith. */
  isOfOne?: boolean
  /** What it is, for the compiler only. */
  readonly of?: T
}

type List = Fact<readonly KubernetesObject[]>

/** A store of lists, by `listName`, and of what is known by other means, by the fact's name. Each fact is derived once. */
export function storeOf(
  lists: ReadonlyMap<string, List>,
  known: ReadonlyMap<string, Fact<unknown>> = new Map(),
): Store {
  const facts = new Map(known)
  const listOf = (type: ObjectType): List => lists.get(listName(type)) ?? notAsked(resourceName(type))
  // Analyzers of thousands of Services ask for the same lists.
  const byType = new Map<ObjectType, List>()
  const indexes = new Map<ObjectType, ReadonlyMap<string, KubernetesObject>>()
  const indexOf = (type: ObjectType): ReadonlyMap<string, KubernetesObject> => {
    const before = indexes.get(type)
    if (before !== undefined) return before
    const index = indexed(listOf(type), type)
    indexes.set(type, index)
    return index
  }
  const store: Store = {
    list: <T extends KubernetesObject>(type: ObjectType<T>) => {
      const before = byType.get(type)
      if (before !== undefined) return before as Fact<readonly T[]>
      const list = listOf(type)
      byType.set(type, list)
      return list as Fact<readonly T[]>
    },
    get: <T extends KubernetesObject>(type: ObjectType<T>, { namespace, name }: NamespacedName) =>
      indexOf(type).get(`${placeOf(type, namespace)}/${name}`) as T | undefined,
    fact: <T>(type: FactType<T>) => {
      const before = facts.get(type.name)
      if (before !== undefined) return before as Fact<T>
      const fact = type.derive?.(store) ?? notAsked(type.what)
      facts.set(type.name, fact)
      return fact
    },
  }
  return store
}

/** A store that knows more: what is known of one object of many. What is derived of that is derived anew, once, and kept with it. */
export function storeWith(all: Store, facts: Map<string, Fact<unknown>>): Store {
  const store: Store = {
    ...all,
    fact: <T>(type: FactType<T>) => {
      const before = facts.get(type.name)
      if (before !== undefined) return before as Fact<T>
      const fact = type.isOfOne === true ? type.derive?.(store) : undefined
      if (fact === undefined) return all.fact(type)
      facts.set(type.name, fact)
      return fact
    },
  }
  return store
}

function indexed(list: List, type: ObjectType): ReadonlyMap<string, KubernetesObject> {
  const index = new Map<string, KubernetesObject>()
  for (const object of list.known ? list.value : []) {
    const key = `${placeOf(type, object.metadata.namespace)}/${object.metadata.name}`
    if (!index.has(key)) index.set(key, object)
  }
  return index
}

function placeOf({ scope }: ObjectType, namespace = ''): string {
  return scope === 'cluster' ? '' : namespace === '' ? 'default' : namespace
}
