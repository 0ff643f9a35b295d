import { jsonText } from '../../text/json.ts'
import type { TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import type { RenderOptions } from '../render.ts'

export const timeoutFormats = ['json', 'text', 'wide', 'yaml'] as const

export type TimeoutFormat = (typeof timeoutFormats)[number]

export function isTimeoutFormat(format: string): format is TimeoutFormat {
  return (timeoutFormats as readonly string[]).includes(format)
}

type TimeoutRenderer = (result: TimeoutResult, options: RenderOptions) => Promise<string>

// Each format is loaded when it is asked for.
const renderers: Record<TimeoutFormat, TimeoutRenderer> = {
  text: async (result, options) =>
    (await import('./text.ts')).renderTimeoutText(result, { ...options, wide: false }),
  wide: async (result, options) =>
    (await import('./text.ts')).renderTimeoutText(result, { ...options, wide: true }),
  json: async (result) => {
    const { toTimeoutReport } = await import('./json.ts')
    return `${jsonText(toTimeoutReport(result), 4)}\n`
  },
  yaml: async (result) => {
    const [{ toTimeoutReport }, { yamlText }] = await Promise.all([
      import('./json.ts'),
      import('../../text/yaml.ts'),
    ])
    return yamlText(toTimeoutReport(result))
  },
}

/** The report in one of the formats of `-o`, ending with a newline. */
export async function renderTimeout(
  result: TimeoutResult,
  format: TimeoutFormat,
  options: RenderOptions,
): Promise<string> {
  return await renderers[format](result, options)
}
