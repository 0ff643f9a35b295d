import { expect, test } from 'vitest'
import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import { holdingCookie } from '../../../../../src/probe/front/rounds/affinity-cookie.ts'

const surveyOf = (names: readonly string[], cause: object, dropped?: readonly object[]): ProbeSurvey =>
  ({
    cells: [{ entry: 0, cookies: names.map((name) => ({ name, set: 1, values: 1, sent: 9, disagreed: 0 })) }],
    users: [{ entry: 0, cause }],
    ...(dropped === undefined ? {} : { dropped }),
  }) as unknown as ProbeSurvey
const both = { kind: 'cookie', cookies: ['id', 'gw'] }

test('the cookie that was seen to hold users is that without which all of them move, or the only one', () => {
  const left = (cookie: string, moved: number): object => ({ cookie, users: 6, moved })
  const nameOf = (...of: Parameters<typeof surveyOf>): string | undefined =>
    holdingCookie(surveyOf(...of))?.name
  expect(nameOf(['id', 'gw'], both, [left('id', 0), left('gw', 6)])).toBe('gw')
  expect(nameOf(['id', 'gw'], both, [left('id', 6), left('gw', 6)])).toBeUndefined()
  expect(nameOf(['id', 'gw'], both)).toBeUndefined()
  expect(nameOf(['gw'], { kind: 'cookie', cookies: ['gw'] })).toBe('gw')
  expect(nameOf(['gw'], { kind: 'none' })).toBeUndefined()
})
