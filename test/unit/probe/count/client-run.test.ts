import { expect, test } from 'vitest'
import type { Observation } from '../../../../src/model/probe/observation.ts'
import type { Cell } from '../../../../src/probe/count/cell.ts'
import { ClientRun } from '../../../../src/probe/count/client-run.ts'

test('each observation has its number among those of its session, whoever went when', () => {
  const told: [session: number, turn: number | undefined][] = []
  const cells = [0, 1].map((session) => ({
    add: (_: Observation, turn?: number) => void told.push([session, turn]),
  }))
  const run = new ClientRun(0, cells as unknown as Cell[], 2, undefined)
  const hear = (from: number, ...sessions: number[]): void => {
    const observations = sessions.map((session, index): Observation => ({
      number: from + index,
      target: 0,
      session,
      atMs: 0,
      latencyMs: 1,
      outcome: 'answered',
      newConnection: true,
    }))
    run.onDecoded({ observations }, 0)
  }
  hear(1, 0, 1, 1, 0)
  // Four did not arrive: two of each.
  hear(9, 1, 1)
  hear(11, 0)
  expect(told).toEqual([
    [0, 1],
    [1, 1],
    [1, 2],
    [0, 2],
    [1, 5],
    [1, 6],
    [0, 5],
  ])
})
