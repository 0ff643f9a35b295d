import { describe, expect, test } from 'vitest'
import type { Contact } from '../../../../src/judge/timers/contact.ts'
import { infer } from '../../../../src/judge/timers/infer.ts'
import { oneClientRatio } from '../../../../src/judge/timers/one-client.ts'
import { firstRound } from '../../../../src/judge/timers/plan.ts'
import { priorFor } from '../../../../src/judge/timers/prior.ts'
import { type Random, seeded } from '../simulate.ts'
import { simulateRound } from './simulate.ts'

const configuredMs = 5000
const truth = { kind: 'idle', timeoutMs: configuredMs, endpoints: 3 } as const
const plan = { configuredMs, maxMs: 120_000, clients: 20, mostClients: 24 }
const nodes = Array.from({ length: plan.clients }, (_, index) => `node${index % 3}`)

/** All clients of a node behind one address: whoever comes is sent to where the one before was. */
function masqueraded(clients: readonly Contact[][], names: readonly string[], random: Random): Contact[][] {
  const own = clients.map((contacts) => contacts.map((contact) => ({ ...contact })))
  for (const node of new Set(names)) {
    const all = own.filter((_, index) => names[index] === node).flat()
    let before: Contact | undefined
    for (const contact of all.toSorted((a, b) => a.fromMs - b.fromMs)) {
      const isKept = before !== undefined && contact.fromMs - before.fromMs < configuredMs
      contact.backend = isKept ? before!.backend : String(Math.floor(3 * random()))
      before = contact
    }
  }
  return own
}

function ratioOf(clients: readonly Contact[][], names: readonly string[]): number {
  const { logEvidence } = infer(clients, priorFor(configuredMs), 0.001)
  return oneClientRatio(clients, names, logEvidence, configuredMs)
}

describe('whether clients look like one', () => {
  test('clients with addresses of their own do not', () => {
    const random = seeded(1)
    for (let run = 0; run < 20; run++) {
      const clients = simulateRound(truth, firstRound(plan, random), random)
      expect(ratioOf(clients, nodes)).toBeLessThan(1)
    }
  })

  test.each([
    ['those of each node', nodes],
    ['all of them', nodes.map(() => 'gateway')],
  ])('behind one address %s do', (_name, shared) => {
    const random = seeded(2)
    for (let run = 0; run < 20; run++) {
      const clients = simulateRound(truth, firstRound(plan, random), random)
      expect(ratioOf(masqueraded(clients, shared, random), nodes)).toBeGreaterThan(20)
    }
  })

  test('clients that are not kept at all do not', () => {
    const random = seeded(3)
    const clients = simulateRound({ ...truth, timeoutMs: 0 }, firstRound(plan, random), random)
    expect(ratioOf(clients, nodes)).toBeLessThan(1)
  })
})
