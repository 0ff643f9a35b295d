import { expect, test } from 'vitest'
import { seeded } from '../../../judge/simulate.ts'
import { gateways, probed } from './gateways.ts'

const keepAlive = { options: { keepAlive: true } }

test('users on kept connections are judged where others show that each request is picked', async () => {
  const { users } = await probed(gateways.record(seeded(1)), keepAlive)
  expect(users).toMatchObject([
    { result: 'as-expected', users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie' } },
  ])
  const spread = await probed(gateways.spread(seeded(1)), keepAlive)
  expect(spread.users).toMatchObject([{ result: 'differs', users: { sticky: 0 } }])
})

test('and not where those who keep nothing stay on theirs', async () => {
  const sessions = 7
  const byConnection = (_: string | undefined, index: number) => ({
    pod: (Math.floor(index / sessions / 10) + (index % sessions)) % 3,
    set: ['route=any; Path=/'],
  })
  const { users } = await probed(byConnection, { options: { keepAlive: true, requests: 20 } })
  expect(users?.[0]?.users.sticky).toBe(0)
  expect(users?.[0]?.cause.kind).not.toBe('cookie')
})
