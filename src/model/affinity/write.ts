import type { KubernetesObject } from '../cluster/kubernetes.ts'
import type { ObjectType } from '../cluster/object.ts'
import type { ChangeNotice } from './change.ts'
import type { Policy } from './policy.ts'
import type { Hint } from '../common/remedy.ts'

/** A value of a field. A list is one value: whoever changes a part of it writes it whole. */
export type FieldValue = string | number | boolean | null | readonly FieldValue[] | FieldTree

/** Fields as a merge patch has them: what it names becomes so, null goes away, and nothing else is touched. */
export interface FieldTree {
  readonly [name: string]: FieldValue
}

/** What is done to one object. Everything else about a change follows from it. */
export type Write = FieldsWrite | CreateWrite | DeleteWrite

/** Sets and takes away fields of an object that is there. */
export interface FieldsWrite {
  /** `apply` declares the fields (server-side apply); it can take away nothing that others set, which `patch` can. */
  how: 'apply' | 'patch'
  type: ObjectType
  /** As it was read. */
  object: KubernetesObject
  fields: FieldTree
  /** What the API server makes of it besides: its defaults, and what it drops. */
  stored?: FieldTree
  /** What a manifest gets instead of `fields`, where nobody drops or fills in anything. */
  manifest?: FieldTree
}

export interface CreateWrite {
  how: 'create'
  type: ObjectType
  object: KubernetesObject
}

/** Only for what this tool made, and what is nothing but that. */
export interface DeleteWrite {
  how: 'delete'
  type: ObjectType
  object: KubernetesObject
}

/** What a request comes to for a target as it is. */
export interface ChangePlan<P extends Policy = Policy> {
  before: P
  after: P
  /** Nothing has to be written. */
  isDone: boolean
  /** The timeout is one that the API server fills in. */
  timeoutIsDefault: boolean
  /** In the order in which they are made. */
  writes: readonly Write[]
  notices: readonly ChangeNotice[]
}

/** Why nothing is changed: what is asked for would come to nothing there. */
export interface Refusal {
  refused: string
  hints: readonly Hint[]
}
