import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import type { Leg } from '../model/affinity/leg.ts'
import type { ObjectRef } from '../model/findings/finding.ts'
import { isOfType, type LooseObject, type ObjectType } from '../model/cluster/object.ts'
import type { FactType, Store } from '../model/cluster/store.ts'
import type { TargetKind } from '../model/affinity/target.ts'
import type { Analyzer } from './analyzer.ts'

/**
 * A system that implements affinity, and the objects that configure it. Adding one is a folder and a line in index.ts.
 * All of it is pure.
 */
export interface Mechanism {
  /** For programs: `gateway-api`. */
  name: string
  /** For people. */
  label: string
  /** What a user can name: `explain ingress/x`. */
  targets?: readonly TargetKind[]
  /** Types whose objects send requests on: those of custom resources are read where the cluster serves their group. */
  routes: readonly ObjectType[]
  /** Read with them, without an arrow of their own: types of objects, and what is worked out from objects. */
  reads?: readonly (ObjectType | FactType<unknown>)[]
  /**
   * The arrows that one object of mine draws: from its entries to it, from it to others or to the pods. An object that
   * is none of mine (an Ingress of another class) draws none. To which objects, and which parts of them, they lead does
   * not depend on Services; what happens on the way may. Left out where all of mine are about arrows of others.
   */
  legs?(object: KubernetesObject, store: Store): readonly Leg[]
  /** My objects lead to no others: only to the pods, or out of the cluster. */
  isLast?: boolean
  /**
   * What an object of mine does to an arrow that another mechanism's object draws: a policy attached to a route, an
   * annotation that its controller reads. The leg itself where there is nothing to change.
   */
  refine?(leg: Leg, store: Store): Leg
  /** Where a host that an object of mine opens is met by http alone; undefined where TLS is ended for it, or nobody can tell. */
  plain?: (object: LooseObject, host: string, store: Store) => PlainHost | undefined
  /** What they say of a code stands in its page, docs/findings. */
  analyzers?: readonly Analyzer[]
}

/** A host without TLS. */
export interface PlainHost {
  /** Who would end it: `gateway/shop`. */
  who: string
  /** What cannot be seen and would make it otherwise. */
  unless?: string
  /** How it is had. */
  mend: string
  /** The field that makes it so. */
  at: { object: ObjectRef; field: string }
}

/** Arrows of a mechanism with one function for each type of object. */
export function legsByType(...drawers: readonly Drawer[]): Drawer['legs'] {
  return (object, store) => drawers.find(({ type }) => isOfType(object, type))?.legs(object, store) ?? []
}

interface Drawer {
  type: ObjectType
  legs: (object: KubernetesObject, store: Store) => readonly Leg[]
}

/** One of those functions, which knows the type of its objects. */
export function drawnBy<T extends KubernetesObject>(
  type: ObjectType<T>,
  legs: (object: T, store: Store) => readonly Leg[],
): Drawer {
  return {
    type,
    legs: legs as unknown as Drawer['legs'],
  }
}
