import { yamlText } from '../text/yaml.ts'
import { apiVersion, reportRenderer } from './json.ts'
import type { ExplainRenderer, ExplainRenderOptions } from './renderer.ts'

/** The same as JSON. */
export function yamlRenderer(options: ExplainRenderOptions): ExplainRenderer {
  const head = `apiVersion: ${apiVersion}\nkind: ExplainReportList\n`
  return reportRenderer(options, {
    single: yamlText,
    item: (report, isFirst) => `${isFirst ? `${head}items:\n` : ''}${yamlText([report])}`,
    end: (findings, isEmpty) => `${isEmpty ? `${head}items: []\n` : ''}${yamlText({ findings })}`,
  })
}
