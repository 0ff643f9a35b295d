import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Breaks } from '../../../../../src/model/probe/breaks.ts'
import type { CookieLifetime } from '../../../../../src/model/probe/cookies/lifetime.ts'
import type { ForgedSurvey } from '../../../../../src/model/probe/cookies/forged.ts'
import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import { toSurveyReport } from '../../../../../src/report/probe/survey/json.ts'
import { renderSurveyText } from '../../../../../src/report/probe/survey/text.ts'
import { surveyReport } from '../../../../../src/model/contract/survey.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { seeded } from '../../../judge/simulate.ts'
import { type Asking, gateways, probed } from '../../../probe/count/users/gateways.ts'

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
  retried: ['retries', {}],
  anew: ['anew', {}],
  'something-else': ['byAddress', {}],
  'too-few': ['record', { options: { requests: 4 } }],
  long: ['pickedAgain', { options: { requests: 400, users: 2 } }],
  across: ['record', { elsewhere: [{ path: '/app2/x', gateway: gateways.record(seeded(2)) }] }],
  'many-places': [
    'record',
    {
      elsewhere: ['/app2/x', '/app3/x', '/app4/x'].map((path) => ({
        path,
        gateway: gateways.record(seeded(2)),
      })),
    },
  ],
  overwritten: ['record', { elsewhere: [{ path: '/app2/x', gateway: gateways.otherRecord(seeded(2)) }] }],
  lives: ['record', {}],
  'not-known': ['hash', { policy: { kind: 'unknown' }, options: { users: 12 } }],
}

/** What was found out about some of them beyond the run. */
const breaks: Record<string, Breaks> = {
  'never-sent': {
    at: 'browser',
    checked: [{ stage: 'gateway', picks: 180, changed: 120 }],
    suspects: [
      { code: 'AFF-NGX-REGEX-COOKIE-PATH', message: 'the Path of the cookie is a regular expression' },
    ],
  },
  'picked-again': {
    at: 'service',
    checked: [
      { stage: 'gateway', picks: 174, changed: 118 },
      { stage: 'service', picks: 29, changed: 19 },
      { stage: 'pods', picks: 87, changed: 0 },
    ],
    suspects: [],
  },
  anew: {
    checked: [
      { stage: 'gateway', picks: 174, changed: 118 },
      { stage: 'service', picks: 29, changed: 0 },
      { stage: 'pods', picks: 87, changed: 0 },
    ],
    suspects: [],
  },
}

const forged: Record<string, ForgedSurvey> = {
  'never-sent': {
    entry: 0,
    cookie: 'route',
    points: 'at-a-pod',
    reports: [
      { kind: 'unknown', users: 4, answers: 48, replaced: 48, changed: 30, outcome: 'replaced' },
      { kind: 'named', users: 3, answers: 36, replaced: 0, changed: 0, disagreed: 0, outcome: 'kept' },
      { kind: 'stale', users: 2, answers: 24, replaced: 24, changed: 15, outcome: 'replaced' },
    ],
  },
}

const all = { users: 6, sent: 6, same: 6, anew: 0 }

const lifetimes: Record<string, CookieLifetime> = {
  lives: {
    entry: 0,
    cookie: 'route',
    givenSeconds: 5,
    configuredSeconds: 5,
    maxMs: 120_000,
    steps: [
      { ageMs: 204, browsers: all, keepers: all },
      { ageMs: 3960, browsers: all, keepers: all },
      { ageMs: 7170, browsers: { users: 6, sent: 0, same: 2, anew: 6 }, keepers: all },
    ],
    isRenewed: false,
    endedBy: 'browser',
    result: 'as-expected',
  },
}

const dropped = [
  { cookie: 'route', users: 6, moved: 6 },
  { cookie: 'AWSALB', users: 6, moved: 0 },
]

async function surveyOf(name: string): Promise<ProbeSurvey> {
  const [gateway, asking] = reports[name]!
  const survey = await probed(gateways[gateway](seeded(11)), asking)
  const found = breaks[name]
  const sent = forged[name]
  const lifetime = lifetimes[name]
  return {
    ...survey,
    ...(found === undefined ? {} : { breaks: found }),
    ...(sent === undefined ? {} : { forged: sent }),
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(name === 'lives' ? { dropped } : {}),
  }
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

it.each([
  [{ secure: true }, 'Secure: not sent over http'],
  [{ sameSite: 'strict' }, 'SameSite=strict: not sent from other sites, not even by a link'],
  [{ sameSite: 'Lax' }, 'SameSite=Lax: from other sites sent by links only'],
  [{ secure: true, sameSite: 'None' }, 'SameSite=None: sent from other sites, too'],
])('what %j means for a browser is said', async (attributes, words) => {
  const survey = await surveyOf('sticky')
  const cells = survey.cells.map(({ cookies = [], ...cell }) => ({
    ...cell,
    cookies: cookies.map(({ first, ...cookie }) => ({ ...cookie, first: { ...first, ...attributes } })),
  }))
  const text = renderSurveyText({ ...survey, cells }, { style: plain, width: 200, next: [], wide: false })
  expect(text).toContain(words)
})

it('who answered each user is seen on a terminal of 20 columns', async () => {
  const survey = await surveyOf('sticky')
  const text = renderSurveyText(survey, { style: plain, width: 20, next: [], wide: false })
  const rows = text.split('\n').filter((line) => /^ {2}(user \d|no user)/.test(line))
  expect(rows).toHaveLength(7)
  for (const line of rows) expect(line).toMatch(/^ {2}(user \d|no user) +[A-C~]{8}$/)
})
