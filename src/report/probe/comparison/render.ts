import type { ProbeComparison } from '../../../model/probe/results/comparison.ts'
import { type ProbeFormat, type ProbeRenderOptions, renderersOf } from '../render.ts'

type ComparisonRenderer = (comparison: ProbeComparison, options: ProbeRenderOptions) => Promise<string>

const renderers: Record<ProbeFormat, ComparisonRenderer> = {
  ...renderersOf<ProbeComparison>(
    async (comparison, options) => (await import('./text.ts')).renderComparisonText(comparison, options),
    async (comparison) => (await import('./json.ts')).toComparisonReport(comparison),
  ),
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
  options: ProbeRenderOptions,
): Promise<string> {
  return await renderers[format](comparison, options)
}
