import type { TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import { jsonOf, type RenderOptions, yamlOf } from '../render.ts'

export const timeoutFormats = ['json', 'text', 'wide', 'yaml'] as const

export type TimeoutFormat = (typeof timeoutFormats)[number]

type TimeoutRenderer = (result: TimeoutResult, options: RenderOptions) => Promise<string>

// Each format is loaded when it is asked for.
const renderers: Record<TimeoutFormat, TimeoutRenderer> = {
  text: async (result, options) =>
    (await import('./text.ts')).renderTimeoutText(result, { ...options, wide: false }),
  wide: async (result, options) =>
    (await import('./text.ts')).renderTimeoutText(result, { ...options, wide: true }),
  json: async (result) => jsonOf((await import('./json.ts')).toTimeoutReport(result)),
  yaml: async (result) => await yamlOf((await import('./json.ts')).toTimeoutReport(result)),
}

/** The report in one of the formats of `-o`, ending with a newline. */
export async function renderTimeout(
  result: TimeoutResult,
  format: TimeoutFormat,
  options: RenderOptions,
): Promise<string> {
  return await renderers[format](result, options)
}
