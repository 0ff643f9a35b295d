import type { ExplainRenderer, ExplainRenderOptions } from './renderer.ts'

export const explainFormats = ['json', 'junit', 'name', 'text', 'wide', 'yaml'] as const

export type ExplainFormat = (typeof explainFormats)[number]

// Each format is loaded when it is asked for.
const renderers: Record<ExplainFormat, (options: ExplainRenderOptions) => Promise<ExplainRenderer>> = {
  text: async (options) => (await import('./text.ts')).textRenderer({ ...options, wide: false }),
  wide: async (options) => (await import('./text.ts')).textRenderer({ ...options, wide: true }),
  json: async (options) => (await import('./json.ts')).jsonRenderer(options),
  yaml: async (options) => (await import('./yaml.ts')).yamlRenderer(options),
  name: async (options) => (await import('./name.ts')).nameRenderer(options),
  junit: async (options) => (await import('./junit.ts')).junitRenderer(options),
}

export async function createRenderer(
  format: ExplainFormat,
  options: ExplainRenderOptions,
): Promise<ExplainRenderer> {
  return await renderers[format](options)
}
