import { stringify } from 'yaml'
import { type Finding, isAtLeast } from '../../model/finding.ts'
import { apiVersion, toReport } from './json.ts'
import type { Renderer, RenderOptions } from './render.ts'

/** The same as JSON, as kubectl prints it: no aliases, and quotes around what YAML 1.1 takes for a date or a boolean. */
export function yamlRenderer({ level, single }: RenderOptions): Renderer {
  const write = (value: unknown): string =>
    stringify(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 })
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
      return single ? write(report) : `${items === 1 ? `${head}items:\n` : ''}${write([report])}`
    },
    end: () => {
      if (single) return ''
      return `${items === 0 ? `${head}items: []\n` : ''}${write({ findings: fileFindings })}`
    },
  }
}
