import type { Fact, Unknown } from './fact.ts'
import type { FilePosition, ObjectRef } from './finding.ts'
import type { KubernetesObject } from './kubernetes.ts'
import type { ObjectType, Place } from './object.ts'

/**
 * The snapshot: objects that were read once, from a cluster or from files. Nobody names a kind here: whoever needs
 * objects brings their type. Pure to read from; what was not asked for is unknown and never empty.
 */
export interface Store {
  source: 'cluster' | 'files'
  /** Those of a place that was read, alone or as a part of a greater one. */
  list<T extends KubernetesObject>(type: ObjectType<T>, place?: Place): Fact<readonly T[]>
  /** One object; undefined where it does not exist. */
  get<T extends KubernetesObject>(type: ObjectType<T>, ref: Place & { name: string }): Fact<T | undefined>
  /** What was found out by other means than a list of objects. */
  fact<T>(type: FactType<T>): Fact<T>
  /** For objects from files: where one stands, or a field of it by its path, such as `spec.ports[0].name`. */
  locate(ref: ObjectRef, field?: string): FilePosition | undefined
  /** All that should have been read and could not be. */
  gaps(): readonly Unknown[]
}

/** Something that no list of objects tells: who serves Services on the nodes, the version of the API server. */
export interface FactType<T> {
  /** Unique. */
  name: string
  /** In words, for the list of what is unknown: `the Service proxy`. */
  what: string
  read(ask: Asking): Promise<Fact<T>>
}

/** What can be asked of an API server. I/O is behind it, so that mechanisms are pure. */
export interface Asking {
  list<T extends KubernetesObject>(type: ObjectType<T>, place: Place): Promise<Fact<readonly T[]>>
  get<T extends KubernetesObject>(
    type: ObjectType<T>,
    ref: Place & { name: string },
  ): Promise<Fact<T | undefined>>
  /** The answer of any other path, parsed; undefined where there is nothing. `limitMs`: nobody waits longer. */
  path(path: string, what: string, options?: { limitMs?: number; as?: 'text' }): Promise<Fact<unknown>>
  /** The versions of an API group, the preferred one first; empty where it is not served. */
  versions(group: string): Promise<Fact<readonly string[]>>
}

/** Something that has to be read: objects, a fact, or all that another object needs. */
export type Question =
  | { kind: 'objects'; type: ObjectType; place: Place }
  | { kind: 'fact'; fact: FactType<unknown> }
  | { kind: 'subject'; subject: Around }

/** What reading is about: one object, all of a kind in a namespace, or all of them. */
export interface Around {
  type: ObjectType
  namespace?: string
  name?: string
  /** Of a list: a label selector as kubectl takes it. */
  selector?: string
}

/** What reading is for: `explain` wants all that is known, `change` what speaks against it, `probe` where to send requests. */
export type Purpose = 'explain' | 'change' | 'probe'

/** Questions are typed when they are made and forget their types: a list of them is of many types. */
export function objects<T extends KubernetesObject>(type: ObjectType<T>, place: Place): Question {
  return { kind: 'objects', type: type as unknown as ObjectType, place }
}

/** The same for a fact. */
export function fact<T>(type: FactType<T>): Question {
  return { kind: 'fact', fact: type }
}
