import type { ProbeComparison } from '../../../model/probe/results/comparison.ts'
import { jsonOf, type ProbeFormat, type RenderOptions, yamlOf } from '../render.ts'

type ComparisonRenderer = (comparison: ProbeComparison, options: RenderOptions) => Promise<string>

const text =
  (wide: boolean): ComparisonRenderer =>
  async (comparison, options) =>
    (await import('./text.ts')).renderComparisonText(comparison, { ...options, wide })

const renderers: Record<ProbeFormat, ComparisonRenderer> = {
  text: text(false),
  wide: text(true),
  json: async (comparison) => jsonOf((await import('./json.ts')).toComparisonReport(comparison)),
  yaml: async (comparison) => await yamlOf((await import('./json.ts')).toComparisonReport(comparison)),
  name: async ({ runs }) => {
    const { renderNames } = await import('../name.ts')
    const names = runs.flatMap(({ result }) => renderNames(result).split('\n'))
    return [...new Set(names)].map((name) => (name === '' ? '' : `${name}\n`)).join('')
  },
}

/** Two probes in one of the formats of `-o`. */
export async function renderComparison(
  comparison: ProbeComparison,
  format: ProbeFormat,
  options: RenderOptions,
): Promise<string> {
  return await renderers[format](comparison, options)
}
