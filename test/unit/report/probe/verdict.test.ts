import { expect, test } from 'vitest'
import { verdictSentence } from '../../../../src/report/probe/verdict.ts'
import { fixtures } from './fixtures.ts'

test.each(['broken', 'too-few-requests'] as const)('%s: what chance always does explains nothing', (name) => {
  const result = fixtures[name]!()
  const sentence = (errorProbability: number): string =>
    verdictSentence({ ...result, verdict: { ...result.verdict, errorProbability } }).replaceAll('\u00A0', ' ')
  expect(sentence(1e-4)).toMatch(/p < 1e-3/)
  expect(sentence(0.01)).toMatch(/p = 0\.01/)
  expect(sentence(1)).not.toMatch(/p = /)
})
