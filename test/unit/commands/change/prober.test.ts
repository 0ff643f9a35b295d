import { expect, test } from 'vitest'
import { answerOf } from '../../../../src/commands/change/prober.ts'
import type { ProbeSurvey } from '../../../../src/model/probe/results/survey.ts'
import type { InconclusiveReason } from '../../../../src/model/probe/results/verdict.ts'

const survey = (result: 'as-expected' | 'differs' | 'inconclusive', reason?: InconclusiveReason) =>
  ({ verdict: { result }, cells: [{ verdict: { reason } }] }) as unknown as Pick<
    ProbeSurvey,
    'cells' | 'verdict'
  >

test.each<[string, ReturnType<typeof survey>, string]>([
  ['as it is to be', survey('as-expected'), 'served'],
  ['as it was', survey('differs'), 'not-yet'],
  ['too few', survey('inconclusive', 'too-few-requests'), 'not-yet'],
  ['failures, which pass', survey('inconclusive', 'failures'), 'not-yet'],
  ['nobody answers yet', survey('inconclusive', 'no-answers'), 'not-yet'],
  ['a gateway whose workers follow one after the other', survey('inconclusive', 'uneven-shares'), 'not-yet'],
  ['answers that name nobody', survey('inconclusive', 'backends-not-told-apart'), 'untold'],
  ['one endpoint', survey('inconclusive', 'one-endpoint'), 'untold'],
])('a node that is waited for: %s', (_, found, kind) => {
  expect(answerOf(found, 1).kind).toBe(kind)
})

test('a cookie that is waited for has to be seen', () => {
  const cookies = [{ name: 'route' }]
  const found = { cells: [{ cookies }], verdict: { result: 'as-expected' } } as unknown as Parameters<
    typeof answerOf
  >[0]
  expect(answerOf(found, 1, 'route').kind).toBe('served')
  expect(answerOf(found, 1, 'other').kind).toBe('not-yet')
})
