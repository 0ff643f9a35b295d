import { jsonText } from '../text/json.ts'
import type { ProbeResult } from '../../model/probe/results/probe-result.ts'
import { soleOf } from '../../model/probe/results/sole.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { Style } from '../terminal.ts'

export const probeFormats = ['json', 'name', 'text', 'wide', 'yaml'] as const

export type ProbeFormat = (typeof probeFormats)[number]

export interface RenderOptions {
  style: Style
  width: number
  /** Commands that the reader may want to run next, the best first. */
  next: readonly string[]
}

type ProbeRenderer<T> = (result: T, options: RenderOptions) => Promise<string>

// Each format is loaded when it is asked for: nobody waits for YAML who does not read it.
const soleRenderers: Record<ProbeFormat, ProbeRenderer<ProbeResult>> = {
  text: async (result, options) =>
    (await import('./text.ts')).renderText(result, { ...options, wide: false }),
  wide: async (result, options) => (await import('./text.ts')).renderText(result, { ...options, wide: true }),
  json: async (result) => jsonOf((await import('./json.ts')).toReport(result)),
  yaml: async (result) => await yamlOf((await import('./json.ts')).toReport(result)),
  name: async (result) => (await import('./name.ts')).renderNames(result),
}

const surveyRenderers: Record<ProbeFormat, ProbeRenderer<ProbeSurvey>> = {
  text: async (survey, options) =>
    (await import('./survey/text.ts')).renderSurveyText(survey, { ...options, wide: false }),
  wide: async (survey, options) =>
    (await import('./survey/text.ts')).renderSurveyText(survey, { ...options, wide: true }),
  json: async (survey) => jsonOf((await import('./survey/json.ts')).toSurveyReport(survey)),
  yaml: async (survey) => await yamlOf((await import('./survey/json.ts')).toSurveyReport(survey)),
  name: async (survey) => (await import('./name.ts')).renderNames(survey),
}

/** The report in one of the formats of `-o`, ending with a newline unless it is empty. */
export async function renderProbe(
  result: ProbeSurvey | ProbeResult,
  format: ProbeFormat,
  options: RenderOptions,
): Promise<string> {
  if (!('cells' in result)) return await soleRenderers[format](result, options)
  const sole = soleOf(result)
  return sole === undefined
    ? await surveyRenderers[format](result, options)
    : await soleRenderers[format](sole, options)
}

/** A report for programs, in JSON. */
export function jsonOf(report: object): string {
  return `${jsonText(report, 4)}\n`
}

/** The same in YAML. */
export async function yamlOf(report: object): Promise<string> {
  const { yamlText } = await import('../text/yaml.ts')
  return yamlText(report)
}
