import type { Fact, Unknown } from '../model/fact.ts'
import type { Level, ObjectRef } from '../model/finding.ts'
import type { KubernetesObject } from '../model/kubernetes.ts'
import type { Path } from '../model/leg.ts'
import type { ObjectType } from '../model/object.ts'
import type { Store } from '../model/store.ts'
import { anyKind, type TargetKind, type TargetRef } from '../model/target.ts'

/** A row of a table of codes. A code keeps its name and meaning for good; each has a page beside its mechanism. */
export interface CodeRow {
  level: Level
  /** What it says, in a few words, for `explain --list`. */
  title: string
  /**
   * What the finding means for switching affinity on where it would come of it: `enable`: never (errors never do
   * either), `enable-unforced`: only if the user insists. Absent: it is said and nothing more.
   */
  forbids?: 'enable' | 'enable-unforced'
}

export type CodeTable = Readonly<Record<`AFF-${string}`, CodeRow>>

/** What every analyzer gets: the target, and the ways that lead through it. */
export interface Subject<T extends KubernetesObject = KubernetesObject> {
  target: TargetRef
  ref: ObjectRef
  object: T
  source: Store['source']
  /** All ways from entries to pods that pass the target. */
  paths: readonly Path[]
  /** What could not be read, so that ways of this kind may be missing. */
  blind: (kind: RouteKind) => Unknown | undefined
}

/** Routes of Ingresses, and those of custom resources. */
export type RouteKind = 'ingress' | 'route'

/** A fact that an analyzer reads. A constant; what depends on the target is worked out from it. */
export interface Input<T> {
  of(store: Store, subject: Subject): Fact<T>
}

/** All objects of a type in the namespace of the target (or everywhere, as its type says). */
export function inNamespace<T extends KubernetesObject>(type: ObjectType<T>): Input<readonly T[]> {
  return {
    of: (store, { target: { namespace } }) =>
      store.list(type, type.within === 'everywhere' || type.scope === 'cluster' ? {} : { namespace }),
  }
}

type Inputs = Readonly<Record<string, Input<unknown>>>
type Values<I extends Inputs> = { [K in keyof I]: I[K] extends Input<infer T> ? T : never }

/** What an analyzer says about one finding; level, link and the target as first object are filled in. */
export interface FindingDraft {
  message: string
  why: string
  /** Commands or edits, the best first. */
  fix?: string[]
  /** Other objects than the target that are concerned. */
  objects?: ObjectRef[]
  /** The field of the target that is to blame, for its position in a file. */
  field?: string
  /** The same for a field of another object. Without any, the position is that of the first other object, or the target's. */
  at?: { object: ObjectRef; field?: string }
}

/** How an analyzer speaks. */
export interface Report<C extends string = string> {
  (code: C, draft: FindingDraft): void
  /** It looked and cannot tell: the code has not passed. */
  cannot(code: C, why: Unknown): void
}

/** Looks for some codes, in what it declares to read. */
export interface Analyzer {
  /** What it may report. */
  codes: readonly string[]
  /** The kinds of target that it is about; for others its codes do not apply. */
  on: readonly TargetKind[]
  inputs: Inputs
  /** False: there is nothing to look for, whatever the inputs say. */
  applies: (subject: Subject) => boolean
  analyse: (subject: Subject, values: Readonly<Record<string, unknown>>, report: Report) => void
}

interface Definition<T extends KubernetesObject, C extends string, I extends Inputs> {
  on: TargetKind<T>
  codes: readonly C[]
  inputs: I
  applies?: (subject: Subject<T>) => boolean
  analyse: (subject: Subject<T>, values: Values<I>, report: Report<C>) => void
}

/** Checks at compile time that an analyzer reads what it declares and reports what it declares, of this table. */
export function analyzersOf<Table extends CodeTable>(_table: Table) {
  return <T extends KubernetesObject, const C extends keyof Table & string, I extends Inputs>(
    definition: Definition<T, C, I>,
  ): Analyzer => {
    const { on, codes, inputs, applies = () => true, analyse } = definition
    return {
      on: [anyKind(on)],
      codes,
      inputs,
      applies: applies as Analyzer['applies'],
      analyse: analyse as unknown as Analyzer['analyse'],
    }
  }
}
