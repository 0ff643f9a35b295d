import { expect, test } from 'vitest'
import type { EndpointChange } from '../../../../../src/model/probe/results/probe-result.ts'
import { sessionMoves } from '../../../../../src/probe/count/users/moves.ts'
import { seeded } from '../../../judge/simulate.ts'
import { gateways, probed } from './gateways.ts'

const came: EndpointChange = { atMs: 10, kind: 'added', address: '10.0.0.3' }

test('who was moved while pods came is counted since the command began', async () => {
  const survey = { ...(await probed(gateways.hash(seeded(1)))), endpointChanges: [came] }
  expect(sessionMoves(survey, 0)).toEqual({
    sessions: {
      users: 6,
      moved: 0,
      needless: 0,
      left: 0,
      endpoints: { before: 2, came: 1, went: 0 },
      points: 'into-a-hash',
      share: 1 / 3,
      moves: [],
    },
  })
  expect(sessionMoves(survey, 11).sessions?.endpoints).toEqual({ before: 3, came: 0, went: 0 })
})

test('where a cookie names its pod, a pod that comes has to move nobody', async () => {
  const survey = { ...(await probed(gateways.pickedAgain(seeded(1)))), endpointChanges: [came] }
  expect(sessionMoves(survey, 0).sessions).toMatchObject({
    moved: 6,
    needless: 6,
    points: 'at-a-pod',
    share: 0,
  })
  const { moves = [] } = sessionMoves(survey, 0).sessions ?? {}
  expect(new Set(moves.map(({ session }) => session)).size).toBe(6)
  expect(moves.every(({ client, needless, from, to }) => client === 0 && needless && from !== to)).toBe(true)
  expect(moves.map(({ atMs }) => atMs)).toEqual(
    moves.map(({ atMs }) => atMs).toSorted((one, other) => one - other),
  )
})

test('an address that is hashed moves as a hash does', async () => {
  const policy = { kind: 'hash', of: 'client address' } as const
  const survey = { ...(await probed(gateways.spread(seeded(1)), { policy })), endpointChanges: [came] }
  expect(sessionMoves(survey, 0).sessions).toMatchObject({ points: 'into-a-hash', share: 1 / 3 })
})

test('where nobody is to stay, there is nothing to say', async () => {
  const survey = await probed(gateways.spread(seeded(1)), { policy: { kind: 'none' } })
  expect(sessionMoves(survey, 0)).toEqual({})
})
