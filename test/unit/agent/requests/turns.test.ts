import { describe, expect, test } from 'vitest'
import { Turns } from '../../../../src/agent/requests/turns.ts'
import { seeded } from '../../judge/simulate.ts'

const [user, plain] = [false, true]

function take(turns: Turns, count: number): number[] {
  return Array.from({ length: count }, () => {
    const { next } = turns
    turns.take()
    return next
  })
}

describe('turns', () => {
  test('each user goes once in each round, in an order by chance, and who keeps nothing as often in all', () => {
    const random = seeded(1)
    const taken = take(new Turns([user, user, plain], 6, random), 18)
    const users = taken.filter((session) => session !== 2)
    for (let at = 0; at < 12; at += 2)
      expect(users.slice(at, at + 2).toSorted((a, b) => a - b)).toEqual([0, 1])
    expect(taken.filter((session) => session === 2)).toHaveLength(6)
    expect(take(new Turns([user, user, plain], 6, random), 18)).not.toEqual(taken)
  })

  test('all go once in each round that is by itself', () => {
    const turns = new Turns([user, user, plain], 1, seeded(2))
    for (let round = 0; round < 20; round++)
      expect(take(turns, 3).toSorted((a, b) => a - b)).toEqual([0, 1, 2])
  })

  test('clients in step are not each dealt one pod of those in turn again and again', () => {
    const random = seeded(3)
    for (const burst of [1, 3, 6]) {
      const clients = [0, 1, 2].map(() => new Turns([user, user, plain], Infinity, random))
      const picks: number[][] = [[], [], []]
      let dealt = 0
      for (let round = 0; round < 4000 / burst; round++)
        for (const [client, turns] of clients.entries())
          for (const session of take(turns, burst)) if (session === 2) picks[client]?.push(dealt++ % 3)
      for (const own of picks) {
        const same = own.filter((pod, index) => index > 0 && pod === own[index - 1]).length
        expect(same / own.length).toBeLessThan(0.4)
      }
    }
  })
})
