import { describe, expect, test } from 'vitest'
import { type ForgedVisit, judgeForged } from '../../../../src/judge/users/forged.ts'

const visit = (kind: ForgedVisit['kind'], more: Partial<ForgedVisit> = {}): ForgedVisit => ({
  kind,
  answers: 12,
  replaced: 0,
  changed: 0,
  ...more,
})

describe('cookies that nobody was given', () => {
  test('are hashed where each text keeps its sender on a pod', () => {
    const found = judgeForged([visit('unknown'), visit('unknown')])
    expect(found).toEqual({
      points: 'into-a-hash',
      reports: [{ kind: 'unknown', users: 2, answers: 24, replaced: 0, changed: 0, outcome: 'kept' }],
    })
  })

  test('are records where unknown ones are replaced and one for a pod leads there', () => {
    const found = judgeForged([
      visit('unknown', { replaced: 12, changed: 8 }),
      visit('named', { disagreed: 0 }),
      visit('stale', { replaced: 12, changed: 7 }),
    ])
    expect(found.points).toBe('at-a-pod')
    expect(found.reports.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['unknown', 'replaced'],
      ['named', 'kept'],
      ['stale', 'replaced'],
    ])
  })

  test.each<[string, ForgedVisit[]]>([
    ['nothing, where every answer sets one', [visit('unknown', { replaced: 12 })]],
    [
      'nothing, where one for a pod leads elsewhere',
      [visit('unknown', { replaced: 12 }), visit('named', { disagreed: 5 })],
    ],
    ['nothing, where nobody reads them', [visit('unknown', { changed: 8 })]],
    ['nothing, where nobody answers', [visit('unknown', { answers: 0 })]],
  ])('show %s', (_what, visits) => {
    expect(judgeForged(visits).points).toBeUndefined()
  })
})
