import type { ProbeResult } from '../../model/probe-result.ts'
import type { Style } from '../terminal.ts'

export const probeFormats = ['json', 'name', 'text', 'wide', 'yaml'] as const

export type ProbeFormat = (typeof probeFormats)[number]

export interface RenderOptions {
  style: Style
  width: number
  /** Commands that the reader may want to run next, the best first. */
  next: readonly string[]
}

export function isProbeFormat(format: string): format is ProbeFormat {
  return (probeFormats as readonly string[]).includes(format)
}

type Renderer = (result: ProbeResult, options: RenderOptions) => Promise<string>

// Each format is loaded when it is asked for: nobody waits for YAML who does not read it.
const renderers: Record<ProbeFormat, Renderer> = {
  text: async (result, options) =>
    (await import('./text.ts')).renderText(result, { ...options, wide: false }),
  wide: async (result, options) => (await import('./text.ts')).renderText(result, { ...options, wide: true }),
  json: async (result) => `${JSON.stringify((await import('./json.ts')).toReport(result), undefined, 4)}\n`,
  yaml: async (result) => {
    const [{ toReport }, { stringify }] = await Promise.all([import('./json.ts'), import('yaml')])
    // As kubectl prints it: no aliases, and quotes around what YAML 1.1 takes for a date or a boolean.
    return stringify(toReport(result), { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 })
  },
  name: async (result) => (await import('./name.ts')).renderNames(result),
}

/** The report in one of the formats of `-o`, ending with a newline unless it is empty. */
export async function renderProbe(
  result: ProbeResult,
  format: ProbeFormat,
  options: RenderOptions,
): Promise<string> {
  return await renderers[format](result, options)
}
