import { jsonText } from '../text/json.ts'
import type { ProbeResult } from '../../model/probe/results/probe-result.ts'
import { soleOf } from '../../model/probe/results/sole.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { ProbeTextOptions } from './text.ts'

export const probeFormats = ['json', 'name', 'text', 'wide', 'yaml'] as const

export type ProbeFormat = (typeof probeFormats)[number]

export type ProbeRenderOptions = Omit<ProbeTextOptions, 'wide'>

type ProbeRenderer<T> = (result: T, options: ProbeRenderOptions) => Promise<string>

/** The formats that every kind of result has. Each is loaded when it is asked for: nobody waits for YAML who does not read it. */
export function renderersOf<T>(
  text: (result: T, options: ProbeTextOptions) => Promise<string>,
  report: (result: T) => Promise<object>,
): Record<'json' | 'text' | 'wide' | 'yaml', ProbeRenderer<T>> {
  return {
    text: async (result, options) => await text(result, { ...options, wide: false }),
    wide: async (result, options) => await text(result, { ...options, wide: true }),
    json: async (result) => `${jsonText(await report(result), 4)}\n`,
    yaml: async (result) => (await import('../text/yaml.ts')).yamlText(await report(result)),
  }
}

const name = async (result: ProbeResult | ProbeSurvey): Promise<string> =>
  (await import('./name.ts')).renderNames(result)

const soleRenderers: Record<ProbeFormat, ProbeRenderer<ProbeResult>> = {
  ...renderersOf<ProbeResult>(
    async (result, options) => (await import('./text.ts')).renderText(result, options),
    async (result) => (await import('./json.ts')).toReport(result),
  ),
  name,
}

const surveyRenderers: Record<ProbeFormat, ProbeRenderer<ProbeSurvey>> = {
  ...renderersOf<ProbeSurvey>(
    async (survey, options) => (await import('./survey/text.ts')).renderSurveyText(survey, options),
    async (survey) => (await import('./survey/json.ts')).toSurveyReport(survey),
  ),
  name,
}

/** The report in one of the formats of `-o`, ending with a newline unless it is empty. */
export async function renderProbe(
  result: ProbeSurvey | ProbeResult,
  format: ProbeFormat,
  options: ProbeRenderOptions,
): Promise<string> {
  if (!('cells' in result)) return await soleRenderers[format](result, options)
  const sole = soleOf(result)
  return sole === undefined
    ? await surveyRenderers[format](result, options)
    : await soleRenderers[format](sole, options)
}
