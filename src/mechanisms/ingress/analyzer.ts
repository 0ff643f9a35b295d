import type { Code } from '../../model/findings/code.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import {
  type Analyzer,
  type FindingDraft,
  type Need,
  type Report,
  reportAbout,
  type View,
} from '../analyzer.ts'
import type { IngressBackend, IngressController } from '../kit/controller.ts'
import { onceFor } from '../kit/objects/once.ts'
import { behind } from './backends.ts'
import { ingressClasses, ingresses } from './objects.ts'
import { controllerOf } from './controllers.ts'

/** An Ingress and what stands behind it, for an analyzer. */
export interface ServedIngress {
  ingress: LooseObject
  controller: IngressController
  backends: readonly IngressBackend[]
}

interface Definition<C extends Code> {
  codes: readonly C[]
  /** Whose Ingresses it looks at; absent for those of any that is known. */
  by?: IngressController
  needs?: readonly Need[]
  applies?: (served: ServedIngress, view: View) => boolean
  analyse: (served: ServedIngress, view: View, report: Report<C>) => void
}

/** An analyzer of the Ingresses that a controller serves. A finding is about the Ingress, unless it says otherwise. */
export function ingressAnalyzer<const C extends Code>(definition: Definition<C>): Analyzer {
  const { codes, by, needs = [], applies = () => true, analyse } = definition
  const isMine = (served: ServedIngress, view: View): boolean =>
    (by === undefined || served.controller === by) && applies(served, view)
  return {
    codes,
    about: ingresses,
    needs,
    begin: (view) => {
      const list = view.store.list(ingresses)
      if (!list.known) return list.why
      const all = allServed(view)
      const own = all.filter((served) => isMine(served, view))
      if (own.length > 0)
        return (report) => {
          for (const served of own) analyse(served, view, reportAbout(report, refOf(served.ingress)))
        }
      const classes = view.store.fact(ingressClasses)
      const isOpen = all.length < view.objects(ingresses).length
      return isOpen && !classes.known ? classes.why : undefined
    },
  }
}

/** Every Ingress that matters for the target and whose controller is known: the analyzers of all controllers ask. */
const allServed = onceFor((view: View): readonly ServedIngress[] =>
  view.objects(ingresses).flatMap((ingress) => {
    const controller = controllerOf(ingress, view.store)
    if (controller === undefined) return []
    return [{ ingress, controller, backends: behind(ingress, view.store).map(({ backend }) => backend) }]
  }),
)

/** A draft about a field of an object that may be another one than the Ingress. */
export function placedAt(object: LooseObject, field: string): Pick<FindingDraft, 'objects' | 'at'> {
  const ref = refOf(object)
  return { objects: [ref], at: { object: ref, field } }
}
