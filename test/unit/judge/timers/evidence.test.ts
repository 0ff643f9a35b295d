import { describe, expect, test } from 'vitest'
import { type TimedAnswer, type ClientRound, evidenceOf } from '../../../../src/judge/timers/evidence.ts'

const answer = (seconds: number, backend?: string, more: Partial<TimedAnswer> = {}): TimedAnswer => ({
  atMs: seconds * 1000,
  latencyMs: 2,
  answered: true,
  ...(backend === undefined ? {} : { backend }),
  eligible: 3,
  ...more,
})

const run = (answers: TimedAnswer[], more: Partial<ClientRound> = {}): ClientRound => ({
  round: 1,
  client: 0,
  node: 'node1',
  address: '10.0.0.1',
  epochMs: 1_000_000,
  earlierMs: 0,
  answers,
  ...more,
})

describe('what clients saw', () => {
  test('becomes trials with their pauses', () => {
    const { trials, clients, discarded } = evidenceOf([
      run([answer(0, 'a'), answer(5, 'a'), answer(12, 'b')]),
    ])
    expect(trials).toStrictEqual([
      { round: 1, client: 0, pauseMs: 5000, same: true },
      { round: 1, client: 0, pauseMs: 7000, same: false },
    ])
    expect(clients[0]?.[1]).toStrictEqual({ fromMs: 1_005_000, toMs: 1_005_002, backend: 'a', eligible: 3 })
    expect(discarded).toStrictEqual({ failed: 0, unrecognised: 0, endpointGone: 0 })
  })

  test('groups who may share an address: by the one that pods saw, else by node', () => {
    const { groups } = evidenceOf([
      run([answer(0, 'a')]),
      run([answer(0, 'a')], { client: 1, address: '10.0.0.2', node: 'node2' }),
      run([answer(0, 'a')], { client: 2, address: '10.0.0.3', node: 'node2', seenAddress: '192.168.0.1' }),
    ])
    expect(groups).toStrictEqual(['node1', 'node2', '192.168.0.1'])
  })

  test('says nothing after a failure or an answer of nobody', () => {
    const failed = evidenceOf([
      run([answer(0, 'a'), answer(5, undefined, { answered: false }), answer(9, 'b')]),
    ])
    expect(failed.trials).toStrictEqual([])
    expect(failed.discarded).toMatchObject({ failed: 1, unrecognised: 0 })
    expect(evidenceOf([run([answer(0), answer(5, 'a')])]).discarded.unrecognised).toBe(1)
  })

  test('a move away from a pod that went is none of the timer', () => {
    const { trials, clients, discarded } = evidenceOf([
      run([answer(0, 'a'), answer(5, 'b', { previousGone: true }), answer(9, 'b', { previousGone: true })]),
    ])
    expect(discarded.endpointGone).toBe(1)
    expect(trials).toHaveLength(1)
    expect(clients[0]?.map(({ forced }) => forced)).toStrictEqual([undefined, true, undefined])
  })

  test('without an endpoint to pick from, nobody knows who picked', () => {
    const { trials, clients, discarded } = evidenceOf([
      run([answer(0, 'a'), answer(5, 'a', { eligible: 0 }), answer(9, 'a')]),
    ])
    expect(trials).toHaveLength(1)
    expect(discarded.endpointGone).toBe(1)
    expect(clients[0]?.map(({ eligible }) => eligible)).toStrictEqual([3, 1, 3])
  })

  test('an address that comes again on its node is the same client, on another node another', () => {
    const first = run([answer(0, 'a'), answer(5, 'a')])
    const again = run([answer(0, 'a')], { round: 2, epochMs: 1_060_000, earlierMs: 250 })
    const same = evidenceOf([again, first])
    expect(same.clients).toHaveLength(1)
    expect(same.trials.at(-1)).toMatchObject({ round: 2, pauseMs: 55_000, same: true })
    expect(same.clients[0]?.[2]).toMatchObject({ sinceMs: 1_059_750 })
    expect(evidenceOf([first, { ...again, node: 'node2' }]).clients).toHaveLength(2)
  })
})
