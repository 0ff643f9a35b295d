import { expect, test } from 'vitest'
import {
  liveSurveyLine,
  liveSurveyShare,
  type LiveSurveyState,
  renderLiveSurvey,
} from '../../../../../src/report/probe/survey/live.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { buildResult } from '../build-result.ts'

const state = (requests: number, plannedRequests?: number): LiveSurveyState => ({
  expected: 'sticky',
  clients: { all: 2, begun: 2, ended: 0 },
  entries: 3,
  sessions: 7,
  moved: 0,
  backends: [],
  outcomes: {},
  totals: {
    requests,
    answered: requests,
    lost: 0,
    connections: requests,
    durationMs: 1000,
    requestsPerSecond: 50,
    statuses: {},
  },
  request: plannedRequests === undefined ? {} : { plannedRequests },
})

test('each session of each client makes its requests at each entry', () => {
  expect(liveSurveyShare(state(630, 30))).toBe(0.5)
  expect(liveSurveyLine(state(630, 30))).toContain('630 of 1,260 requests')
})

test('users move where there are several of them, and else their client', () => {
  expect(liveSurveyLine({ ...state(630), moved: 3 })).toMatch(/ {2}3 users moved$/)
  expect(liveSurveyLine({ ...state(630), sessions: 1, moved: 1 })).toMatch(/ {2}1 client moved$/)
})

test('where no end is set there is none to tell', () => {
  expect(liveSurveyShare(state(630))).toBeUndefined()
  expect(liveSurveyLine(state(630))).toContain('  630 requests  ')
})

test('on a terminal the clients come first, then who answers, as many as there is room for', () => {
  const { backends, outcomes } = buildResult('ABCABC')
  const now = { ...state(630, 30), moved: 2, backends, outcomes: { ...outcomes, timeout: 3 } }
  const page = { width: 120, style: createStyle({ isTTY: false, env: {} }) }
  const [head, ...table] = renderLiveSurvey(now, page, 24)
  expect(head).toMatch(
    /^ *2 of 2 clients begun {3}630 of 1,260 requests {3}50\/s {3}1\.0\s?s {3}2 users moved {3}3 failed: timeouts$/,
  )
  expect(table.filter((line) => /^ +[ABC] /.test(line))).toHaveLength(3)
  expect(renderLiveSurvey(now, page, 7).filter((line) => /^ +[ABC] /.test(line))).toHaveLength(2)
})
