import { expect, test } from 'vitest'
import {
  liveSurveyLine,
  liveSurveyShare,
  type LiveSurveyState,
} from '../../../../../src/report/probe/survey/live.ts'

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
