import type { Fact } from './fact.ts'
import type { KubernetesObject } from './kubernetes.ts'
import type { NamespacedName, ObjectType } from './object.ts'

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
  /** What it is, for the compiler only. */
  readonly of?: T
}
