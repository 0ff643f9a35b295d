import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Code } from '../../../model/findings/code.ts'
import type { Mend } from '../../../model/findings/mend.ts'
import type { Analyzer, Report, View } from '../../analyzer.ts'
import { ingressAnalyzer } from '../../ingress/analyzer.ts'
import { controller } from '../controller.ts'
import { prefix, settingsOf } from '../settings.ts'
import { hasAffinity, isCanary } from '../upstream.ts'

interface Definition<C extends Code> {
  codes: readonly C[]
  applies?: (object: LooseObject) => boolean
  analyse: (object: LooseObject, view: View, report: Report<C>) => void
}

/** An analyzer of the Ingresses that ingress-nginx serves, as far as can be seen. */
export function nginxAnalyzer<const C extends Code>({
  codes,
  applies = () => true,
  analyse,
}: Definition<C>): Analyzer {
  return ingressAnalyzer({
    by: controller,
    codes,
    applies: ({ ingress }) => applies(ingress),
    analyse: ({ ingress }, view, report) => analyse(ingress, view, report),
  })
}

/** Whether it picks by a hash of its own. */
export const isHashed = (object: LooseObject): boolean =>
  (settingsOf(object).get('upstream-hash-by') ?? '') !== ''

/** Whether it gives a cookie, and is no canary. */
export const isStickyMain = (object: LooseObject): boolean => hasAffinity(object) && !isCanary(object)

/** An annotation of an Ingress as it is to be; null takes it away. */
export function annotate(object: LooseObject, key: string, value: string | null, replaces = false): Mend {
  return { deed: { kind: 'annotation', of: refOf(object), marks: { [prefix + key]: value }, replaces } }
}
