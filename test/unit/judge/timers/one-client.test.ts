import { describe, expect, test } from 'vitest'
import { infer } from '../../../../src/judge/timers/infer.ts'
import { sharingOf } from '../../../../src/judge/timers/one-client.ts'
import { firstRound } from '../../../../src/judge/timers/plan.ts'
import { priorFor } from '../../../../src/judge/timers/prior.ts'
import { type Random, seeded } from '../simulate.ts'
import { measure, nodeOf, simulateRound, type Truth } from './simulate.ts'

const configuredMs = 5000
const plan = { configuredMs, maxMs: 120_000, clients: 20, mostClients: 32, acceptedError: 0.001 }
const idle: Truth = { kind: 'idle', timeoutMs: configuredMs, endpoints: 3 }
const runs = 8

/** What one round says, of clients that pods saw behind these addresses or that are grouped by node. */
function sharing(truth: Truth, random: Random, groupOf = (client: number) => `${nodeOf(truth, client)}`) {
  const clients = simulateRound(truth, firstRound(plan, random), random)
  const { logEvidence } = infer(clients, priorFor(configuredMs), plan.acceptedError)
  return sharingOf(
    { clients, groups: clients.map((_, client) => groupOf(client)) },
    logEvidence,
    configuredMs,
  )
}

describe('whether clients look like one, after a round', () => {
  test.each([
    ['three nodes', 3],
    ['pairs', 10],
  ])('those with addresses of their own surely do not: %s', (_name, nodes) => {
    const random = seeded(1)
    for (let run = 0; run < runs; run++) {
      const { everywhere, anywhere } = sharing({ ...idle, nodes }, random)
      expect(everywhere).toBeLessThan(1e-6)
      expect(anywhere).toBeLessThan(20)
    }
  })

  test.each([
    ['all of them', { nodes: 1, sharedNodes: 1 }],
    ['those of each node', { sharedNodes: 3 }],
    ['pairs', { nodes: 10, sharedNodes: 10 }],
    ['those of one node of three', { sharedNodes: 1 }],
  ])('behind one address %s do', (_name, shared) => {
    const random = seeded(2)
    for (let run = 0; run < runs; run++)
      expect(sharing({ ...idle, ...shared }, random).anywhere).toBeGreaterThan(20)
  })

  test('pods that saw one address for clients of several nodes say who they may be', () => {
    const truth: Truth = { ...idle, nodes: 4, sharedNodes: 4 }
    // On each node a gateway, and the agent does not know which node it is on.
    expect(sharing(truth, seeded(4), (client) => `10.0.0.${client % 4}`).anywhere).toBeGreaterThan(20)
    // Addresses that differ are clients of their own: only that all are one is left to be judged.
    expect(sharing(idle, seeded(4), (client) => `10.0.0.${client}`).anywhere).toBeLessThan(1e-6)
  })

  test('nobody is alike who was not there with another', () => {
    const clients = simulateRound(idle, firstRound({ ...plan, clients: 1 }, seeded(5)), seeded(5))
    const { logEvidence } = infer(clients, priorFor(configuredMs), plan.acceptedError)
    expect(sharingOf({ clients, groups: ['node1'] }, logEvidence, configuredMs)).toStrictEqual({
      everywhere: 0,
      anywhere: 0,
    })
  })
})

test('one endpoint tells nothing of who is who', () => {
  const nothing = { everywhere: 0, anywhere: 0 }
  for (const shared of [{}, { nodes: 1, sharedNodes: 1 }])
    expect(sharing({ ...idle, ...shared, endpoints: 1 }, seeded(6))).toStrictEqual(nothing)
})

describe('a measurement', () => {
  const say = (truth: Partial<Truth>, seed: number, ofMs = configuredMs) =>
    measure({ ...idle, ...truth }, seeded(seed), { configuredMs: ofMs, maxMs: 300_000 })

  test.each([
    ['nodes', {}],
    ['pairs', { nodes: 10 }],
  ])('finds two minutes whatever is configured, with %s', (_name, nodes) => {
    for (const seed of [1, 2]) {
      const said = say({ timeoutMs: 120_000, ...nodes }, seed, 10_000)
      expect(said).toMatchObject({ oneClient: false, outcome: 'timed', settled: true })
    }
  })

  test('says no range where pairs are one', () => {
    for (const seed of [1, 2, 3]) expect(say({ nodes: 10, sharedNodes: 10 }, seed).oneClient).toBe(true)
  })

  test('needs nobody apart to see that clients are not kept at all', () => {
    for (const seed of [1, 2])
      expect(say({ timeoutMs: 0 }, seed)).toMatchObject({ oneClient: false, outcome: 'not-held' })
  })
})
