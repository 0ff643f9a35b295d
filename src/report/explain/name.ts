import { isAtLeast } from '../../model/findings/finding.ts'
import { printedName } from './target.ts'
import type { ExplainRenderer, ExplainRenderOptions } from './renderer.ts'

/** `service/NAME` of each target; with --findings-only of those that have any. */
export function nameRenderer({ findingsOnly, level }: ExplainRenderOptions): ExplainRenderer {
  return {
    findings: () => '',
    item: ({ target, findings }) => {
      const hasFindings = findings.some((finding) => isAtLeast(finding.level, level))
      return findingsOnly && !hasFindings ? '' : `${printedName(target)}\n`
    },
    end: () => '',
  }
}
