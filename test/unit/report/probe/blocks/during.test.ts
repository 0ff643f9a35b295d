import { expect, test } from 'vitest'
import { layoutDuring } from '../../../../../src/report/probe/blocks/during.ts'
import type { SessionMoves } from '../../../../../src/model/probe/results/during.ts'
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
  const text = layoutDuring(input, { width: 100, style })
    .map((line) => line.map(({ text: part }) => part).join(''))
    .join('\n')
  expect(text).toMatch(words)
})

const textOf = (sessions: SessionMoves): string => {
  const result = fixtures['during']!()
  const switches = result.switches.map(({ explanation: _explained, ...rest }) => ({ ...rest, who: 'user 3' }))
  const input = { ...result, switches, during: { ...result.during!, sessions }, left: [false] }
  return layoutDuring(input, { width: 200, style })
    .map((line) => line.map(({ text }) => text).join(''))
    .join('\n')
}
const sessions = {
  users: 6,
  moved: 2,
  needless: 2,
  left: 0,
  moves: [],
  endpoints: { before: 3, came: 1, went: 0 },
}

test('that a hash moves users whose pod had not gone is its nature, where pods came or went', () => {
  expect(textOf({ ...sessions, points: 'into-a-hash', share: 0.25 })).toContain(
    'user 3 after 0.4s A → C: A had not gone, the hash moved it',
  )
  expect(textOf({ ...sessions, points: 'at-a-pod', share: 0 })).toContain('nothing explains it')
})

test('who moved only as the cookie had ended is told beside the share that has to move', () => {
  expect(textOf({ ...sessions, needless: 0, ended: 2, points: 'at-a-pod', share: 0 })).toMatch(
    /2 of 6 users moved, 2 only as their cookie had ended: of 3 pods 1 came; a record of the pod has to move 0.% of them/,
  )
})
