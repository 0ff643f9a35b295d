import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Contact, Contacts } from '../../../../src/judge/timers/contact.ts'
import { criticalAges, logLikelihood } from '../../../../src/judge/timers/likelihood.ts'

const endpoints = 3

/** Contacts at whole seconds, a millisecond long: no age is near a half second. */
const contacts: fc.Arbitrary<Contact[]> = fc
  .array(fc.record({ pause: fc.integer({ min: 1, max: 9 }), backend: fc.constantFrom('a', 'b', 'c') }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) => {
    let fromMs = 0
    return list.map(({ pause, backend }) => {
      fromMs += pause * 1000
      return { fromMs, toMs: fromMs + 1, backend, eligible: endpoints }
    })
  })

/** All courses of events one by one: at each contact, the entry is as old as it is, and a slip is one in a thousand. */
function byEnumeration(list: Contacts, kind: 'idle' | 'absolute', timeoutMs: number): number {
  const from = (index: number, madeMs: number): number => {
    const contact = list[index]
    if (contact === undefined) return 1
    const before = list[index - 1]!
    const kept = contact.fromMs - madeMs < timeoutMs ? 0.999 : 0
    const stays = contact.backend === before.backend ? kept : 0
    const after = kind === 'idle' ? contact.fromMs : madeMs
    return (
      (stays === 0 ? 0 : stays * from(index + 1, after)) +
      ((1 - kept) / endpoints) * from(index + 1, contact.fromMs)
    )
  }
  return from(1, list[0]!.fromMs)
}

describe('the likelihood of a timer', () => {
  test.each(['idle', 'absolute'] as const)('%s: is the sum over all courses of events', (kind) => {
    fc.assert(
      fc.property(contacts, fc.integer({ min: 0, max: 30 }), (list, seconds) => {
        const ms = seconds * 1000 + 500
        const found = Math.exp(logLikelihood(list, { kind, fromMs: ms, toMs: ms }, 'mean'))
        expect(found).toBeCloseTo(byEnumeration(list, kind, ms), 12)
      }),
    )
  })

  test.each(['idle', 'absolute'] as const)('%s: is the same between critical ages', (kind) => {
    fc.assert(
      fc.property(contacts, fc.double({ min: 0, max: 60_000, noNaN: true }), (list, ms) => {
        const ages = [0, ...criticalAges(list, kind), Infinity]
        const next = ages.findIndex((age) => age > ms)
        const [low, high] = [ages[next - 1]!, Math.min(ages[next]!, 100_000)]
        const at = (time: number): number => logLikelihood(list, { kind, fromMs: time, toMs: time }, 'mean')
        fc.pre(ms > low && ms < high)
        expect(at(ms)).toBe(at((low + high) / 2))
      }),
    )
  })

  test.each(['idle', 'absolute'] as const)('%s: the upper bound is none below', (kind) => {
    fc.assert(
      fc.property(contacts, fc.double({ min: 0, max: 60_000, noNaN: true }), (list, ms) => {
        const timer = { kind, fromMs: ms, toMs: ms }
        const bound = logLikelihood(list, timer, 'most')
        // Slips are left out of the bound where they are the less probable course.
        const slips = list.length * 0.0015
        expect(bound).toBeGreaterThanOrEqual(logLikelihood(list, timer, 'mean') - slips)
      }),
    )
  })

  test('a new pick after the end of a pod says nothing, and begins anew', () => {
    const at = (seconds: number, backend: string, forced = false): Contact => ({
      fromMs: seconds * 1000,
      toMs: seconds * 1000 + 1,
      backend,
      eligible: endpoints,
      ...(forced ? { forced: true as const } : {}),
    })
    const timer = { kind: 'absolute', fromMs: 10_500, toMs: 10_500 } as const
    const list = [at(0, 'a'), at(8, 'b', true), at(16, 'b')]
    expect(Math.exp(logLikelihood(list, timer, 'mean'))).toBeCloseTo(0.999 + 0.001 / 3, 12)
    expect(criticalAges(list, 'absolute')).toStrictEqual([7989, 8011])
  })

  test('an entry that may be older than the first contact may end sooner', () => {
    const list: Contact[] = [
      { fromMs: 10_000, toMs: 10_001, backend: 'a', eligible: endpoints, sinceMs: 9000 },
      { fromMs: 15_000, toMs: 15_001, backend: 'b', eligible: endpoints },
    ]
    const moved = (kind: 'idle' | 'absolute', ms: number): number =>
      Math.exp(logLikelihood(list, { kind, fromMs: ms, toMs: ms }, 'mean'))
    expect(moved('idle', 5500)).toBeLessThan(0.001)
    expect(moved('absolute', 5500)).toBeCloseTo(1 / endpoints, 12)
    expect(moved('absolute', 6500)).toBeLessThan(0.001)
    expect(criticalAges(list, 'absolute')).toStrictEqual([1010, 4989, 5989, 6011])
  })
})
