import { expect, test } from 'vitest'
import { layoutDuring } from '../../../../../src/report/probe/blocks/during.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { fixtures } from '../fixtures.ts'

const style = createStyle({ isTTY: false, env: {} })

test.each([
  [{}, /moved +1 time/],
  [{ reason: 'backends-not-told-apart' }, /moved +not known: the answers do not say/],
  [{ reason: 'one-name' }, /moved +not known: the answers do not say/],
] as const)('who moved is said where answers say who gave them: %j', (verdict, words) => {
  const result = fixtures['during']!()
  const input = { ...result, verdict: { ...result.verdict, ...verdict }, left: [false] }
  const text = layoutDuring(input, 100, style)
    .map((line) => line.map(({ text: part }) => part).join(''))
    .join('\n')
  expect(text).toMatch(words)
})
