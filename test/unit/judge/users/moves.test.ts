import { describe, expect, test } from 'vitest'
import { movesOf } from '../../../../src/judge/users/moves.ts'
import type { EndpointChange, SwitchExplanation } from '../../../../src/model/probe/results/probe-result.ts'

const change = (kind: EndpointChange['kind'], address: string): EndpointChange => ({ atMs: 1, kind, address })
const explained = { explanation: { kind: 'endpoint-gone' } as unknown as SwitchExplanation }
const stayed: object[] = []

describe('of users who are to stay', () => {
  test('a record moves those whose pod goes, and a pod that comes moves nobody', () => {
    const up = movesOf({
      users: [stayed, stayed],
      changes: [change('added', 'd'), change('ready', 'd')],
      readyAtEnd: 4,
      points: 'at-a-pod',
    })
    expect(up).toEqual({
      users: 2,
      moved: 0,
      needless: 0,
      endpoints: { before: 3, came: 1, went: 0 },
      points: 'at-a-pod',
      share: 0,
    })
    const down = movesOf({
      users: [stayed, [explained], stayed, stayed],
      changes: [change('terminating', 'a'), change('removed', 'a')],
      readyAtEnd: 3,
      points: 'at-a-pod',
    })
    expect(down).toMatchObject({ moved: 1, needless: 0, endpoints: { before: 4, went: 1 }, share: 1 / 4 })
  })

  test('who moved only because the cookie had ended is told from whose pod went', () => {
    const ended = { explanation: { kind: 'cookie-ended', cookie: 'route', ageMs: 20_300 } } as const
    const found = movesOf({
      users: [[ended], [ended, explained], [explained], stayed],
      changes: [change('removed', 'a')],
      readyAtEnd: 3,
      points: 'at-a-pod',
    })
    expect(found).toMatchObject({ moved: 3, needless: 0, ended: 1 })
  })

  test('a hash gives some of them to a pod that comes', () => {
    const found = movesOf({
      users: [stayed, [{}], stayed],
      changes: [change('added', 'd')],
      readyAtEnd: 4,
      points: 'into-a-hash',
    })
    expect(found).toMatchObject({ moved: 1, needless: 1, share: 1 / 4 })
  })

  test('all move when all pods are replaced, some more than once', () => {
    const changes = ['a', 'b', 'c'].flatMap((old) => [change('added', `new-${old}`), change('removed', old)])
    const users = [[explained, {}], [explained], [explained]]
    for (const points of ['at-a-pod', 'into-a-hash'] as const)
      expect(movesOf({ users, changes, readyAtEnd: 3, points })).toMatchObject({
        moved: 3,
        needless: 1,
        endpoints: { before: 3, came: 3, went: 3 },
        share: 1,
      })
  })

  test('nothing is said of what is not known', () => {
    const changes = [change('added', 'd')]
    expect(movesOf({ users: [stayed], changes, readyAtEnd: 4 }).share).toBeUndefined()
    const both = [...changes, change('removed', 'a')]
    expect(
      movesOf({ users: [stayed], changes: both, readyAtEnd: 4, points: 'into-a-hash' }).share,
    ).toBeUndefined()
    expect(movesOf({ users: [stayed], changes: both, readyAtEnd: 4, points: 'at-a-pod' }).share).toBe(1 / 4)
  })
})
