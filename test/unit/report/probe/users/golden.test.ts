import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProbeSurvey } from '../../../../../src/model/survey.ts'
import { toSurveyReport } from '../../../../../src/report/probe/survey/json.ts'
import { renderSurveyText } from '../../../../../src/report/probe/survey/text.ts'
import { surveyReport } from '../../../../../src/report/schema/survey.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { seeded } from '../../../judge/simulate.ts'
import { type Asking, gateways, probed } from '../../../probe/users/gateways.ts'

// How the reports on users with a cookie jar look. After a change that is meant:
// npx vitest run --project unit test/unit/report/probe/users -u, and read the diff.

const folder = join(import.meta.dirname, '../../../../golden/probe/users')
const plain = createStyle({ isTTY: false, env: {} })

const reports: Record<string, [gateway: keyof typeof gateways, asking: Asking]> = {
  sticky: ['record', {}],
  'not-configured': ['spread', { policy: { kind: 'none' } }],
  'never-sent': ['pathScope', {}],
  'no-cookie': ['application', {}],
  'picked-again': ['pickedAgain', {}],
  anew: ['anew', {}],
  'something-else': ['byAddress', {}],
  'too-few': ['record', { options: { requests: 4 } }],
  'not-known': ['hash', { policy: { kind: 'unknown' }, options: { users: 12 } }],
}

async function surveyOf(name: string): Promise<ProbeSurvey> {
  const [gateway, asking] = reports[name]!
  return await probed(gateways[gateway](seeded(11)), asking)
}

describe('reports on users look as in their golden files', () => {
  it.each(Object.keys(reports))('%s', async (name) => {
    const survey = await surveyOf(name)
    const texts = [100, 80, 44].map((width) => {
      const ruler = `${'-'.repeat(width - 4)} ${String(width).padStart(3)}`
      return `${ruler}\n${renderSurveyText(survey, { style: plain, width, next: [], wide: false })}`
    })
    await expect(texts.join('\n')).toMatchFileSnapshot(join(folder, `${name}.txt`))
  })

  it.each(Object.keys(reports))('%s keeps to the schema of JSON, and tells no value', async (name) => {
    const text = JSON.stringify(toSurveyReport(await surveyOf(name)))
    expect(surveyReport.safeParse(JSON.parse(text)).error).toBeUndefined()
    expect(text).not.toMatch(/digest|route=|JSESSIONID=/)
  })
})
