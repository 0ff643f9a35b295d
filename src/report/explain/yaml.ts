import { yamlText } from '../text/yaml.ts'
import { type Finding, isAtLeast } from '../../model/findings/finding.ts'
import { apiVersion, toReport } from './json.ts'
import type { Renderer, RenderOptions } from './renderer.ts'

/** The same as JSON. */
export function yamlRenderer({ level, single }: RenderOptions): Renderer {
  const head = `apiVersion: ${apiVersion}\nkind: ExplainReportList\n`
  let fileFindings: readonly Finding[] = []
  let items = 0
  return {
    findings: (findings) => {
      fileFindings = findings.filter((finding) => isAtLeast(finding.level, level))
      return ''
    },
    item: (explanation) => {
      items += 1
      const report = toReport(explanation, level)
      return single ? yamlText(report) : `${items === 1 ? `${head}items:\n` : ''}${yamlText([report])}`
    },
    end: () => {
      if (single) return ''
      return `${items === 0 ? `${head}items: []\n` : ''}${yamlText({ findings: fileFindings })}`
    },
  }
}
