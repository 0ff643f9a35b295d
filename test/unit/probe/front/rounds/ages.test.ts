import { describe, expect, it } from 'vitest'
import {
  type AgedAnswer,
  comparedWith,
  lifeOf,
  onTime,
  pausesFor,
  stepsOf,
  usersFor,
} from '../../../../../src/probe/front/rounds/ages.ts'

const lifeMs = 2000

/** Answers to two browsers and two who keep the cookie, from three pods. */
function answersOf(
  pausesMs: readonly number[],
  what: (round: number, isBrowser: boolean) => Pick<AgedAnswer, 'sent' | 'anew'> & { moves?: boolean },
): AgedAnswer[] {
  let atMs = 0
  return [0, ...pausesMs].flatMap((pause, round) => {
    atMs += pause
    return [0, 1, 2, 3].map((user) => {
      const { moves = false, ...said } = what(round, user < 2)
      return { round, user, atMs, ...said, pod: moves && user % 2 === 0 ? 'other' : `pod-${user}` }
    })
  })
}

describe('the life of a cookie', () => {
  it('is waited for, after a look before its end', () => {
    const [soon = 0, before = 0, after = 0, ...more] = pausesFor(lifeMs, false)
    expect(soon + before).toBeLessThan(lifeMs)
    expect(soon + before + after).toBeGreaterThan(lifeMs + 1000)
    expect(more).toEqual([])
    expect(pausesFor(lifeMs, true).at(-1)).toBeGreaterThan(lifeMs + 1000)
  })

  it('asks so many users that none stays by chance alone', () => {
    expect(usersFor(3, 0.001)).toBe(7)
    expect(usersFor(2, 0.001)).toBe(10)
    expect(usersFor(20, 0.001)).toBe(6)
    expect(usersFor(1, 0.001)).toBe(6)
    expect(usersFor(2, 1e-12)).toBe(30)
  })

  it('is not read from users who came too late, or were not answered before', () => {
    const pausesMs = pausesFor(lifeMs, true)
    const answers = answersOf(pausesMs, () => ({ sent: true, anew: true }))
    expect(onTime(answers, { pausesMs, lifeMs })).toHaveLength(answers.length)
    const late = (ms: number, from: number): AgedAnswer[] =>
      answers.map((one) => (one.user === 1 && one.round >= from ? { ...one, atMs: one.atMs + ms } : one))
    const kept = (given: readonly AgedAnswer[]): number[] => [
      ...new Set(onTime(given, { pausesMs, lifeMs }).map(({ user }) => user)),
    ]
    expect(kept(late(300, 2))).toEqual([0, 1, 2, 3])
    expect(kept(late(500, 2))).toEqual([0, 2, 3])
    // The last pause is longer than the life: more of it shows the same.
    expect(kept(late(5000, 4))).toEqual([0, 1, 2, 3])
    expect(kept(answers.filter(({ user, round }) => user !== 2 || round !== 1))).toEqual([0, 1, 3])
    const failed = ({ pod: _pod, ...one }: AgedAnswer): AgedAnswer => one
    expect(kept(answers.map((one) => (one.user === 3 && one.round === 2 ? failed(one) : one)))).toEqual([
      0, 1, 2,
    ])
  })

  it('is ended by browsers alone where those who keep it stay', () => {
    const pauses = pausesFor(lifeMs, false)
    const steps = stepsOf(
      answersOf(pauses, (round, isBrowser) =>
        round === 0 || (round === 3 && isBrowser)
          ? { sent: false, anew: true, moves: round > 0 }
          : { sent: true, anew: false },
      ),
      2,
    )
    expect(steps.at(-1)).toMatchObject({
      browsers: { users: 2, sent: 0, same: 1, anew: 2 },
      keepers: { users: 2, sent: 2, same: 2, anew: 0 },
    })
    expect(lifeOf(steps, { lifeMs, endpoints: 3 })).toEqual({ isRenewed: false, endedBy: 'browser' })
    // On one pod everybody stays anyway.
    expect(lifeOf(steps, { lifeMs, endpoints: 1 })).toEqual({ isRenewed: false })
  })

  it('is ended by whoever reads it where those who keep it are given another one', () => {
    const steps = stepsOf(
      answersOf(pausesFor(lifeMs, false), (round, isBrowser) =>
        round === 0 || round === 3
          ? { sent: round === 3 && !isBrowser, anew: true, moves: round > 0 }
          : { sent: true, anew: false },
      ),
      2,
    )
    expect(lifeOf(steps, { lifeMs, endpoints: 3 })).toEqual({ isRenewed: false, endedBy: 'server' })
  })

  it('is renewed where browsers still send it after the end that it had at first', () => {
    const steps = stepsOf(
      answersOf(pausesFor(lifeMs, true), (round, isBrowser) => ({
        sent: round > 0 && !(round === 4 && isBrowser),
        anew: isBrowser || round < 4,
      })),
      2,
    )
    expect(lifeOf(steps, { lifeMs, endpoints: 3 })).toEqual({ isRenewed: true, endedBy: 'browser' })
  })

  it('says nothing of answers of nobody known', () => {
    const all = answersOf(pausesFor(lifeMs, false), () => ({ sent: true, anew: true }))
    const nameless = all.map(({ pod: _pod, ...answer }) => answer)
    expect(lifeOf(stepsOf(nameless, 2), { lifeMs, endpoints: 3 })).toEqual({})
  })

  it('is compared with what objects say, where they say it of this cookie', () => {
    const policy = { kind: 'cookie', name: 'route', ttlSeconds: 3600 } as const
    expect(comparedWith(policy, 'route', 3599)).toEqual({ configuredSeconds: 3600, result: 'as-expected' })
    expect(comparedWith(policy, 'route', undefined)).toEqual({ configuredSeconds: 3600, result: 'differs' })
    expect(comparedWith({ kind: 'cookie', name: 'route' }, 'route', undefined)).toEqual({
      configuredSeconds: 0,
      result: 'as-expected',
    })
    expect(comparedWith(policy, 'other', 5)).toEqual({ result: 'as-expected' })
    expect(comparedWith({ kind: 'unknown' }, 'route', 5)).toEqual({ result: 'as-expected' })
  })
})
