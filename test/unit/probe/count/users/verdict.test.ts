import { describe, expect, test } from 'vitest'
import type { UsersVerdict } from '../../../../../src/model/probe/cookies/cause.ts'
import type { Policy } from '../../../../../src/model/affinity/policy.ts'
import { seeded } from '../../../judge/simulate.ts'
import { type Asking, gateways, pods, probed } from './gateways.ts'

const cookie: Policy = { kind: 'cookie', name: 'route' }
const none: Policy = { kind: 'none' }
const byRoute = { kind: 'cookie', cookies: ['route'] } as const
const unsent = (why: string, more = {}): object => ({ kind: 'never-sent', cookie: 'route', why, ...more })

/** So many runs of each; at the default confidence one wrong verdict would be one too many. */
const runs = 60

/** What is to be said, whatever chance does. */
const truths: [name: keyof typeof gateways, Asking, Pick<UsersVerdict, 'result'> & { cause: object }][] = [
  ['record', { policy: cookie }, { result: 'as-expected', cause: byRoute }],
  ['hash', { policy: cookie }, { result: 'as-expected', cause: byRoute }],
  ['hash', { policy: { kind: 'unknown' } }, { result: 'as-expected', cause: byRoute }],
  ['changesOnce', { policy: cookie }, { result: 'as-expected', cause: byRoute }],
  ['record', { policy: none }, { result: 'differs', cause: byRoute }],
  ['spread', { policy: none }, { result: 'as-expected', cause: { kind: 'none' } }],
  ['weighted', { policy: none }, { result: 'as-expected', cause: { kind: 'none' } }],
  [
    'spread',
    { policy: cookie },
    { result: 'differs', cause: { kind: 'no-cookie', expected: 'route', others: [] } },
  ],
  [
    'weighted',
    { policy: cookie },
    { result: 'differs', cause: { kind: 'no-cookie', expected: 'route', others: [] } },
  ],
  [
    'application',
    { policy: cookie },
    { result: 'differs', cause: { kind: 'no-cookie', expected: 'route', others: ['JSESSIONID'] } },
  ],
  ['pathScope', { policy: cookie }, { result: 'differs', cause: unsent('path', { path: '/(app1/.*)' }) }],
  ['secure', { policy: cookie }, { result: 'differs', cause: unsent('secure-over-http') }],
  ['expired', { policy: cookie }, { result: 'differs', cause: unsent('expired') }],
  // Each user asks every 0.21 s, and has a cookie for a second.
  ['shortLived', { policy: cookie, stepMs: 30 }, { result: 'as-expected', cause: byRoute }],
  ['shortLived', { policy: none, stepMs: 30 }, { result: 'differs', cause: byRoute }],
  ['shortLived', { policy: cookie, stepMs: 200 }, { result: 'inconclusive', cause: { kind: 'none' } }],
  [
    'forgetful',
    { policy: cookie, stepMs: 30 },
    { result: 'differs', cause: { kind: 'ignored', cookies: ['route'], anew: false } },
  ],
  ['byAddress', { policy: cookie }, { result: 'inconclusive', cause: { kind: 'something-else' } }],
  [
    'byAddress',
    { policy: { kind: 'header', name: 'X-User' }, options: { headers: [['x-user', 'me']] } },
    { result: 'as-expected', cause: { kind: 'configured' } },
  ],
  [
    'byAddress',
    { policy: cookie, options: { expect: 'sticky' } },
    { result: 'as-expected', cause: { kind: 'something-else' } },
  ],
  [
    'pickedAgain',
    { policy: cookie },
    { result: 'differs', cause: { kind: 'ignored', cookies: ['route'], anew: false } },
  ],
  [
    'anew',
    { policy: cookie },
    { result: 'differs', cause: { kind: 'ignored', cookies: ['route'], anew: true } },
  ],
]

describe('what users with a jar show', () => {
  test.each(truths)('%s, %j', async (name, asking, expected) => {
    const random = seeded(7)
    const found = new Set<string>()
    for (let run = 0; run < runs; run++) {
      const { users = [], verdict } = await probed(gateways[name](random), asking)
      expect(verdict.result).toBe(users[0]?.result)
      found.add(JSON.stringify({ result: users[0]?.result, cause: users[0]?.cause }))
    }
    expect([...found].map((text): unknown => JSON.parse(text))).toEqual([expected])
  })

  test('without a control what holds them is not shown', async () => {
    const { users } = await probed(gateways.record(seeded(1)), { options: { withoutControl: true } })
    expect(users).toMatchObject([{ result: 'as-expected', cause: { kind: 'unproven' } }])
  })

  test('a request that fails leaves nothing open, as others hear the pods that it may have been for', async () => {
    const { users, cells } = await probed(gateways.record(seeded(1)), { failing: 40 })
    expect(cells.filter(({ outcomes }) => outcomes.timeout === 1)).toHaveLength(1)
    expect(users).toMatchObject([{ result: 'as-expected', users: { sticky: 6 } }])
  })

  test('pods that are dealt out in turn are spread', async () => {
    let next = 0
    const dealing = (): { pod: number } => ({ pod: Math.floor(next++ / 3) % pods })
    const { users } = await probed(dealing, { policy: none })
    expect(users).toMatchObject([{ users: { sticky: 0 } }])
    expect(users?.[0]?.result).not.toBe('differs')
  })

  test('too few requests leave it open', async () => {
    const { users } = await probed(gateways.record(seeded(1)), { options: { requests: 4 } })
    expect(users).toMatchObject([{ result: 'inconclusive', users: { sticky: 0, inconclusive: 6 } }])
  })
})

describe('the pod that a cookie names', () => {
  const disagreed = async (name: keyof typeof gateways): Promise<[number, number]> => {
    const { cells } = await probed(gateways[name](seeded(3)))
    const route = cells.flatMap(({ cookies = [] }) => cookies.filter((one) => one.name === 'route'))
    return [
      route.filter(({ names }) => names !== undefined).length,
      route.reduce((sum, one) => sum + one.disagreed, 0),
    ]
  }

  test('is the one that answers', async () => {
    expect(await disagreed('record')).toEqual([7, 0])
  })

  test('is another one where something behind picks again', async () => {
    const [named, count] = await disagreed('pickedAgain')
    expect(named).toBe(7)
    expect(count).toBeGreaterThan(60)
  })

  test('is not known of a hash', async () => {
    expect(await disagreed('hash')).toEqual([0, 0])
  })
})

test('the first answer of a user is free, and counts for its pod', async () => {
  const { cells, backends } = await probed(gateways.changesOnce(seeded(5)))
  const jars = cells.filter(({ session }) => session < 6)
  expect(jars.map(({ verdict }) => verdict.switches)).toEqual([0, 0, 0, 0, 0, 0])
  expect(jars.some(({ backends }) => backends.length === 2)).toBe(true)
  const hits = cells.reduce((sum, { backends }) => sum + backends.reduce((own, one) => own + one.hits, 0), 0)
  expect(backends.reduce((sum, one) => sum + one.hits, 0)).toBe(hits)
})
