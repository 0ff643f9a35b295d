import { describe, expect, test } from 'vitest'
import { seeded } from '../../../judge/simulate.ts'
import { gateways, probed } from './gateways.ts'

/** Users go from /app1/x to /app2/x and back. */
const toApp2 = (gateway: keyof typeof gateways, seed: number, attributes?: string) => ({
  elsewhere: [{ path: '/app2/x', gateway: gateways[gateway](seeded(seed), attributes) }],
})

describe('users who take their cookies from one path to another', () => {
  test.each(['record', 'hash'] as const)(
    'keep their pod where the cookie of a %s is for both',
    async (name) => {
      const { crossings, users, verdict } = await probed(gateways[name](seeded(1)), toApp2(name, 2))
      expect(crossings).toEqual([
        { from: 0, to: 1, isReturn: false, users: 6, same: 6, cookies: ['route'] },
        { from: 0, to: 2, isReturn: true, users: 6, same: 6, cookies: ['route'] },
      ])
      expect(users?.map(({ cause }) => cause)).toEqual(
        Array.from({ length: 3 }, () => ({ kind: 'cookie', cookies: ['route'] })),
      )
      expect(verdict.result).toBe('as-expected')
    },
  )

  test('have another pod where each path has a cookie of its own, and find their first one again', async () => {
    const { crossings, verdict, cells } = await probed(
      gateways.record(seeded(1), 'Path=/app1'),
      toApp2('record', 2, 'Path=/app2'),
    )
    const [there, back] = crossings ?? []
    expect(there).toMatchObject({ users: 6, cookies: [] })
    expect(there?.same).toBeLessThan(6)
    expect(back).toMatchObject({ users: 6, same: 6, cookies: ['route'] })
    expect(verdict.result).toBe('as-expected')
    const there1 = cells.find(({ entry, session }) => entry === 1 && session === 0)
    expect(there1?.cookies?.[0]?.brought).toBeUndefined()
  })

  test('are not followed to where answers name nobody, and nothing is said of the pod there', async () => {
    const { crossings, users, cells } = await probed(gateways.record(seeded(1)), {
      elsewhere: [{ path: '/app2/x', gateway: gateways.record(seeded(2)), namesNobody: true }],
    })
    // Back at the first place they are known again.
    expect(crossings?.map(({ from, to, same }) => ({ from, to, same }))).toEqual([
      { from: 0, to: 2, same: 6 },
    ])
    expect(users?.map(({ result }) => result)).toEqual(['as-expected', 'inconclusive', 'as-expected'])
    const [there] = cells.find(({ entry, session }) => entry === 1 && session === 0)?.cookies ?? []
    expect(there).toMatchObject({ name: 'route', disagreed: 0, unconfirmed: there?.sent })
  })

  test('lose their pod where both give a cookie of one name for one path', async () => {
    const { crossings, users, verdict } = await probed(gateways.record(seeded(1)), toApp2('otherRecord', 2))
    const back = crossings?.find(({ isReturn }) => isReturn)
    expect(back?.same).toBeLessThan(6)
    expect(users?.map(({ result }) => result)).toEqual(['as-expected', 'as-expected', 'differs'])
    expect(users?.[2]?.cause).toEqual({
      kind: 'elsewhere',
      moved: 6 - back!.same,
      of: 6,
      from: 0,
      cookies: ['route'],
    })
    expect(verdict.result).toBe('differs')
  })

  test('lose it at another replica of one gateway that does not know what the first one gave', async () => {
    const asking = { ...toApp2('otherRecord', 2), replicas: ['gw-1', 'gw-2'] }
    const { users, crossings, verdict } = await probed(gateways.record(seeded(1)), asking)
    expect(crossings?.[0]).toMatchObject({ from: 0, to: 1, isReplica: true, cookies: ['route'] })
    expect(users?.[1]).toMatchObject({ result: 'differs', cause: { kind: 'elsewhere', from: 0 } })
    expect(verdict.result).toBe('differs')
  })

  test('are free where the life of their cookie was over in between', async () => {
    const short = 'Path=/; Max-Age=1'
    const asking = { ...toApp2('record', 2, short), stepMs: 4 }
    const { crossings, users, verdict } = await probed(gateways.record(seeded(1), short), asking)
    const back = crossings?.find(({ isReturn }) => isReturn)
    expect(back).toMatchObject({ users: 0, same: 0, ended: 6 })
    expect(users?.[2]?.cause.kind).not.toBe('elsewhere')
    expect(verdict.result).not.toBe('differs')
  })

  test('keep it where the later one hashes whatever it is sent', async () => {
    const { users, verdict } = await probed(gateways.hash(seeded(1)), toApp2('hash', 2))
    expect(users).toHaveLength(3)
    expect(verdict.result).toBe('as-expected')
  })
})
