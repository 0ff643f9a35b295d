/** Sentences about cookies, each alone; how reports look with them is in the golden files. */
import { expect, it } from 'vitest'
import type { CookieReport } from '../../../../../src/model/probe/cookies/cause.ts'
import type { CookieLifetime } from '../../../../../src/model/probe/cookies/lifetime.ts'
import type { ForgedReport, ForgedSurvey } from '../../../../../src/model/probe/cookies/forged.ts'
import type { Stranger } from '../../../../../src/model/probe/cookies/stranger.ts'
import type { VisitsReport } from '../../../../../src/model/probe/cookies/visits.ts'
import type { Policy } from '../../../../../src/model/affinity/policy.ts'
import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import type { UsersVerdict } from '../../../../../src/model/probe/cookies/cause.ts'
import { describeUsers } from '../../../../../src/report/probe/users/verdict.ts'
import { layoutCookies } from '../../../../../src/report/probe/users/cookies.ts'
import { layoutForged, layoutStrangers } from '../../../../../src/report/probe/users/forged.ts'
import { policyWords } from '../../../../../src/report/probe/users/header.ts'
import { layoutLifetime } from '../../../../../src/report/probe/users/lifetime.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import type { Line } from '../../../../../src/report/text/line.ts'
import { buildSurvey, clusterIP } from '../survey/build-survey.ts'

const page = { width: 1000, style: createStyle({ isTTY: false, env: {} }) }
const survey: ProbeSurvey = {
  ...buildSurvey({ clients: ['node1'], entries: [clusterIP], table: 'A' }),
  sessions: [{ keeps: 'cookies' }],
}
const [cell] = survey.cells

const textOf = (lines: readonly Line[]): string =>
  lines
    .map((line) => line.map(({ text }) => text).join(''))
    .join('\n')
    .replaceAll('\u00A0', ' ')
    .replaceAll(/ +/g, ' ')

const sid: CookieReport = {
  name: 'sid',
  set: 1,
  values: 1,
  sent: 20,
  disagreed: 0,
  first: { path: '/', form: 'opaque' },
} as unknown as CookieReport

const cookies = (more: object, first: object = {}): string =>
  textOf(
    layoutCookies(
      {
        ...survey,
        cells: [{ ...cell!, cookies: [{ ...sid, ...more, first: { ...sid.first, ...first } }] }],
      },
      page,
    ),
  )

it.each<[said: string, more: object, first?: object]>([
  ['set 1 time, not known by whom sent 20 times', {}],
  ['set 1 time by the application', { name: 'PHPSESSID' }],
  ['given elsewhere', { set: 0 }],
  ['renewed by each answer', { set: 20 }, { lifetimeSeconds: 60 }],
  ['not renewed', { set: 2 }, { lifetimeSeconds: 60 }],
  ['ended 1 time, and a new one was given', { set: 2, ended: 1 }, { lifetimeSeconds: 60 }],
  ['keeps its value', {}],
  ['another value in each answer', { set: 20, renewed: 20 }],
  ['given anew by another pod 3 times', { renewedElsewhere: 3 }],
  ['by another pod 3 times: its session is lost', { name: 'PHPSESSID', renewedElsewhere: 3 }],
  ['given anew by the same pod 2 times', { renewed: 2 }],
  ['given anew 2 times', { renewedSomewhere: 2 }],
  ['two values in one answer 1 time, of which browsers keep the last', { setTwice: 1 }],
  ['names another pod than answers in 2 answers', { names: 'pod', disagreed: 2 }],
  ['names a pod, and no answer says whether it is the one', { names: 'pod', unconfirmed: 20 }],
])('of a cookie: %s', (said, more, first) => {
  expect(cookies(more, first)).toContain(said)
})

it('of the application’s own count', () => {
  const counted = (...visits: VisitsReport[]): string =>
    textOf(layoutCookies({ ...survey, cells: visits.map((one) => ({ ...cell!, visits: one })) }, page))
  const whole = { answers: 20, lost: 0, lostOnPod: 0 } as unknown as VisitsReport
  expect(counted(whole)).toMatch(/the application's session survived in 1 of 1 user$/)
  expect(counted(whole, { ...whole, lost: 3 })).toMatch(
    /survived in 1 of 2 users: its count began again 3 times$/,
  )
  expect(counted({ ...whole, lost: 3, lostOnPod: 1 })).toMatch(
    /survived in 0 of 1 user: its count began again 3 times, 1 of them on the pod that had it$/,
  )
})

const report: ForgedReport = {
  kind: 'named',
  users: 2,
  answers: 40,
  outcome: 'kept',
  disagreed: 0,
} as unknown as ForgedReport
it.each<[string, Partial<ForgedReport>]>([
  ['2 cookies made up for a pod: each stays on the pod that it names, and no other cookie comes', {}],
  [
    'each stays on one pod, and no other cookie comes, in 3 of 40 answers not the one that it names',
    { disagreed: 3 },
  ],
  ['another one comes with each answer', { outcome: 'replaced', disagreed: 3 }],
  ['the pod changes, and no other cookie comes', { outcome: 'ignored' }],
  ['some are given another one', { outcome: 'mixed' }],
])('of forged cookies: %s', (said, more) => {
  const forged: ForgedSurvey = {
    entry: 0,
    cookie: 'sid',
    reports: [{ ...report, ...more }],
    points: 'at-a-pod',
  }
  const text = textOf(layoutForged({ ...survey, forged }, page)).split('\n')
  expect(text[0]).toMatch(new RegExp(`${said}$`))
  expect(text[1]).toMatch(/^so sid is a record of the pod$/)
})

it.each<[string, object]>([
  [
    'looks like one of Traefik, and not of nginx, which the objects name',
    { kind: 'another-maker', maker: 'Traefik', expected: 'nginx' },
  ],
  ['is one of Traefik: another proxy is on the way', { kind: 'another-proxy', maker: 'Traefik' }],
  [
    'seems to be hashed to a pod, whatever its value is, which is not what the objects say',
    { kind: 'another-kind', points: 'into-a-hash' },
  ],
])('of a cookie that was not expected: it %s', (said, more) => {
  const stranger = { entry: 0, cookie: 'sid', ...more } as Stranger
  expect(textOf(layoutStrangers({ ...survey, strangers: [stranger] }, page))).toMatch(
    new RegExp(`the cookie sid ${said}$`),
  )
})

const count = (users: number, same: number, sent: number, anew = 0) => ({ users, same, sent, anew })
const lifetime = {
  entry: 0,
  cookie: 'sid',
  givenSeconds: 60,
  maxMs: 600_000,
  steps: [
    { ageMs: 50_000, browsers: count(4, 4, 4), keepers: count(2, 2, 2) },
    { ageMs: 70_000, browsers: count(4, 1, 0), keepers: count(2, 1, 2, 1) },
  ],
} as unknown as CookieLifetime
it.each<[string, Partial<CookieLifetime>]>([
  ['sid is given for 1m0s', {}],
  ['sid is given for 1m0s, as configured', { configuredSeconds: 60 }],
  [
    'sid is given for 1m0s, and as long as the browser runs is configured',
    { configuredSeconds: 0, result: 'differs' },
  ],
  ['has expired when it comes', { notWaited: 'has-passed' }],
  ['is given for 1m0s; its end is not waited for (--max 10m0s)', { notWaited: 'too-long' }],
  ['is given for 1m0s; its end was not waited for', { notWaited: 'interrupted' }],
  ['4 of 4 users had their pod; after 1m10s no browser sends it any more', { isRenewed: false }],
  ['after 1m10s each answer moves its end on', { isRenewed: true }],
  ['after 1m10s 0 of 4 send it', {}],
  ['only the browser ends it: the proxy still led 2 users who kept it past its end', { endedBy: 'browser' }],
  ['the proxy ends it, too: it gave another one to the 2 users who kept it', { endedBy: 'server' }],
  ['of 2 users who kept it past its end, 1 had their pod and 1 were given another one', {}],
])('of how long it lives: %s', (said, more) => {
  expect(textOf(layoutLifetime({ ...survey, lifetime: { ...lifetime, ...more } }, page))).toContain(said)
})

it.each<[string, Policy]>([
  ['no affinity configured', { kind: 'none' }],
  ['client IP, 1m0s', { kind: 'client-ip', timeoutSeconds: 60 }],
  ['affinity by a cookie', { kind: 'cookie' }],
  ['affinity by the cookie sid', { kind: 'cookie', name: 'sid' }],
  ['affinity by a header', { kind: 'header' }],
  ['affinity by the header X-User', { kind: 'header', name: 'X-User' }],
  ['affinity by a hash of client address', { kind: 'hash', of: 'client address' }],
  ['what it sticks on is not known', { kind: 'unknown' }],
])('%s', (said, policy) => {
  expect(policyWords(policy)).toBe(said)
})

const users = (sticky: number, more: object): UsersVerdict =>
  ({
    entry: 0,
    expected: 'sticky',
    result: 'inconclusive',
    users: { sticky, spread: 0, broken: 0, inconclusive: 0 },
    cause: { kind: 'none' },
    ...more,
  }) as unknown as UsersVerdict

it.each<[string, string, string, object]>([
  [
    'inconclusive',
    'INCONCLUSIVE',
    'something else holds them, and whether a cookie would is not shown',
    { cause: { kind: 'something-else' } },
  ],
  [
    'inconclusive',
    'INCONCLUSIVE',
    'and whether requests without a cookie do so, too, cannot be told: ',
    { control: 'inconclusive' },
  ],
  [
    'inconclusive',
    'INCONCLUSIVE',
    '4 of 4 users stayed on their pod without a cookie that was sent back',
    { control: 'spread' },
  ],
  ['as-expected', 'STICKY', 'what holds them is not shown', {}],
  [
    'as-expected',
    'STICKY by the header X-User',
    'with it stayed',
    { cause: { kind: 'header', header: 'X-User' } },
  ],
  [
    'differs',
    'STICKY, and not by a cookie',
    'although spread is expected: 4 of 4 users stayed on their pod, and so did requests that keep nothing',
    { expected: 'spread', cause: { kind: 'something-else' } },
  ],
])('of users who stayed, %s: %s: %s', (result, headline, said, more) => {
  const verdict = { ...survey.verdict, result } as ProbeSurvey['verdict']
  const words = describeUsers({ ...survey, verdict }, [users(4, { result, ...more })])
  expect(words.headline).toBe(headline)
  expect(words.summary).toContain(said)
})
