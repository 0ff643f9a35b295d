import type { TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import { type ProbeRenderOptions, renderersOf } from '../render.ts'

export const timeoutFormats = ['json', 'text', 'wide', 'yaml'] as const

export type TimeoutFormat = (typeof timeoutFormats)[number]

const renderers = renderersOf<TimeoutResult>(
  async (result, options) => (await import('./text.ts')).renderTimeoutText(result, options),
  async (result) => (await import('./json.ts')).toTimeoutReport(result),
)

/** The report in one of the formats of `-o`, ending with a newline. */
export async function renderTimeout(
  result: TimeoutResult,
  format: TimeoutFormat,
  options: ProbeRenderOptions,
): Promise<string> {
  return await renderers[format](result, options)
}
