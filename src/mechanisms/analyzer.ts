import type { Code } from '../model/findings/code.ts'
import type { Mend } from '../model/findings/mend.ts'
import type { FactType, Store, Unknown } from '../model/cluster/store.ts'
import type { ObjectRef } from '../model/findings/finding.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import type { Path } from '../model/affinity/leg.ts'
import { type ObjectType, refOf } from '../model/cluster/object.ts'
import { defined } from '../model/common/values.ts'

/** What is explained, as analyzers see it. */
export interface View {
  source: 'cluster' | 'files'
  /** Of any kind. */
  target: { ref: ObjectRef; object: KubernetesObject }
  /** Every way through the target. */
  paths: readonly Path[]
  /** Objects of a type that matter for the target: itself, those on its ways, and those that configure a hop of them. */
  objects<T extends KubernetesObject>(type: ObjectType<T>): readonly T[]
  /** All that was read. */
  store: Store
  /** What is missing in what was read. */
  gaps: readonly Unknown[]
}

/** What has to be known before anybody can look. */
export type Need = ObjectType | FactType<unknown>

/** What an analyzer says about one finding; level, link and the target as first object are filled in. */
export interface FindingDraft {
  message: string
  why: string
  mend?: readonly Mend[]
  /** Other objects than the target, or with it. */
  objects?: ObjectRef[]
  /** The path of the field that is to blame, for its position in a file: of the target, or of the object that is looked at. */
  field?: string
  /** The same for another object. */
  at?: { object: ObjectRef; field?: string }
}

/** How an analyzer speaks. */
export interface Report<C extends Code = Code> {
  (code: C, draft: FindingDraft): void
  /** It looked and cannot tell: the code has not passed. */
  cannot: (code: C, why: Unknown) => void
}

/** The same to whoever may speak of some codes only. */
export type ReportOf<Codes extends readonly Code[]> = Report<Codes[number]>

/** Looks for some codes in what was read. Pure. */
export interface Analyzer {
  /** What it may report. */
  codes: readonly Code[]
  /** It looks at objects of this type alone: where none matters for the target, there is nothing to ask it. */
  about?: ObjectType
  needs: readonly Need[]
  /** What there is to look at: how it looks; nothing; or why nobody can tell whether there is anything. */
  begin: (view: View) => Look | Unknown | undefined
}

/** Looks, and says what it finds. */
export type Look = (report: Report) => void

interface Definition<C extends Code> {
  codes: readonly C[]
  needs?: readonly Need[]
  applies?: (view: View) => boolean
  analyse: (view: View, report: Report<C>) => void
}

/** An analyzer that looks at the whole of a view. Whatever may be unknown and matters stands in `needs`. */
export function analyzer<const C extends Code>({
  codes,
  needs = [],
  applies = () => true,
  analyse,
}: Definition<C>): Analyzer {
  return {
    codes,
    needs,
    begin: (view) => (applies(view) ? (report) => analyse(view, report) : undefined),
  }
}

interface ObjectDefinition<C extends Code, T extends KubernetesObject> {
  /** It looks at each object of this type that matters for the target. */
  about: ObjectType<T>
  codes: readonly C[]
  needs?: readonly Need[]
  /** Whether there is anything to look at in this object. */
  applies?: (object: T, view: View) => boolean
  analyse: (object: T, view: View, report: Report<C>) => void
}

/** An analyzer of single objects. A finding is about the object and stands there, unless it says otherwise. */
export function objectAnalyzer<const C extends Code, T extends KubernetesObject>(
  definition: ObjectDefinition<C, T>,
): Analyzer {
  const { about, codes, needs = [], applies = () => true, analyse } = definition
  return {
    codes,
    about,
    needs,
    begin: (view) => {
      const all = view.store.list(about)
      if (!all.known) return all.why
      const own = view.objects(about).filter((object) => applies(object, view))
      if (own.length === 0) return undefined
      return (report) => {
        for (const object of own) analyse(object, view, reportAbout(report, refOf(object)))
      }
    },
  }
}

/** A report whose findings are about an object and stand there, unless they say otherwise. */
export function reportAbout(report: Report, ref: ObjectRef): Report {
  const say = (code: Code, { field, ...draft }: FindingDraft): void => {
    const at = defined({ object: ref, field })
    report(code, { objects: [ref], at, ...draft })
  }
  return Object.assign(say, { cannot: report.cannot })
}
