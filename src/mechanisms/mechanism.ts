import type { KubernetesObject } from '../model/kubernetes.ts'
import type { Leg } from '../model/leg.ts'
import { isOfType, type ObjectType } from '../model/object.ts'
import type { Rule } from '../model/role.ts'
import type { Around, Purpose, Question, Store } from '../model/store.ts'
import type { TargetKind } from '../model/target.ts'
import type { Analyzer, CodeTable, RouteKind } from './analyzer.ts'

/**
 * A system that implements affinity, and the objects that configure it. Adding one is a folder and a line in index.ts:
 * what is read, who may be named, RBAC, codes and pages follow from here.
 *
 * The parts: an `index.ts` with this value; `objects.ts` with its types of objects and kinds of target; `legs.ts`;
 * `codes.ts`, `analyzers/`, a `grid.ts` with a case that fires and one that does not for each code, and `pages/`.
 */
export interface Mechanism {
  /** `ingress-nginx`: for programs. */
  name: string
  /** For people. */
  label: string
  /** Every type of object that it may ask for. */
  reads: readonly ObjectType[]
  /** The kinds of object of its own that a user can name. */
  targets: readonly TargetKind[]
  /** What it reads in kube-system and the like, for RBAC. */
  systemRules?: readonly Rule[]
  /**
   * What must be read for a subject, given what has been read so far. Pure; asked again whenever one of its questions
   * has been answered, until there is nothing new. So a question that follows from an object needs no order of its own:
   * it is yielded when the object is there. A subject may be any object, or all of a kind (then it names none).
   */
  needs(around: Around, read: Store, purpose: Purpose): Iterable<Question>
  /** What explains: loaded while the server answers. */
  explaining(): Promise<Explaining>
}

/** The part of a mechanism that explains. All of it is pure. */
export interface Explaining {
  /** Types whose objects send requests on to other objects. */
  routes: readonly { type: ObjectType; as: RouteKind }[]
  /**
   * The arrows that one object of mine draws: from its entries to it, from it to others or to the pods. An object that
   * is none of mine (an Ingress of another class) draws none.
   */
  legs(object: KubernetesObject, store: Store): readonly Leg[]
  /**
   * What an object of mine does to an arrow that another mechanism's object draws: a policy attached to a route, an
   * annotation that its controller reads. The leg itself where there is nothing to change.
   */
  refine?(leg: Leg, store: Store): Leg
  codes: CodeTable
  analyzers: readonly Analyzer[]
}

/** Arrows of a mechanism that has one function for each type of object. */
export function legsByType(
  ...readers: readonly {
    type: ObjectType
    legs: (object: KubernetesObject, store: Store) => readonly Leg[]
  }[]
): Explaining['legs'] {
  return (object, store) => readers.find(({ type }) => isOfType(object, type))?.legs(object, store) ?? []
}

/** One of those functions, which knows the type of its objects. */
export function drawnBy<T extends KubernetesObject>(
  type: ObjectType<T>,
  legs: (object: T, store: Store) => readonly Leg[],
): { type: ObjectType; legs: (object: KubernetesObject, store: Store) => readonly Leg[] } {
  return {
    type: type as unknown as ObjectType,
    legs: legs as (object: KubernetesObject, store: Store) => readonly Leg[],
  }
}
