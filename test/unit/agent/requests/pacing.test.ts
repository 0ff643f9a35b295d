import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Pace } from '../../../../src/agent/requests/pacing.ts'
import { Pacer } from '../../../../src/agent/requests/pacing.ts'
import { judge } from '../../../../src/judge/run/judge.ts'
import { requestsNeeded } from '../../../../src/judge/run/requests.ts'
import { errorPerVerdict } from '../../../../src/judge/survey.ts'
import { inputOf, type Random, seeded } from '../../judge/simulate.ts'

/** When requests start, on a clock of its own, when each takes what `latency` says and timers are late by `lateMs`. */
function starts(pace: Partial<Pace>, latency: (index: number) => number, lateMs = 0): number[] {
  const pacer = new Pacer({
    intervalMs: 20,
    concurrency: 8,
    requests: Infinity,
    durationMs: Infinity,
    ...pace,
  })
  const started: number[] = []
  let ends: number[] = []
  let now = 1000
  for (;;) {
    const step = pacer.next(now, ends.length)
    if (step === 'done') return started
    if (step === 'start') {
      started.push(now - 1000)
      ends.push(now + latency(started.length))
      continue
    }
    const firstEnd = Math.min(...ends)
    now = step === 'busy' ? firstEnd : Math.min(now + step + lateMs, Math.max(now, firstEnd))
    ends = ends.filter((end) => end > now)
  }
}

describe('requests start', () => {
  test('on a schedule that does not depend on the answers', () => {
    expect(starts({ requests: 5 }, () => 1)).toEqual([0, 20, 40, 60, 80])
    expect(starts({ requests: 5 }, () => 70)).toEqual([0, 20, 40, 60, 80])
  })

  test('when there is a free lane', () => {
    expect(starts({ requests: 5, concurrency: 1 }, () => 50)).toEqual([0, 50, 100, 150, 200])
    expect(starts({ requests: 4, concurrency: 2 }, () => 1000)).toEqual([0, 20, 1000, 1020])
  })

  test('without a burst after a server that hung', () => {
    const times = starts({ requests: 60, concurrency: 1 }, (index) => (index === 10 ? 2000 : 0.5))
    const after = times.filter((time) => time > 1000)
    expect(after.filter((time) => time < (after[0] ?? 0) + 100).length).toBeLessThanOrEqual(7)
  })

  test('at the rate that was asked for although timers are late', () => {
    const times = starts({ intervalMs: 1, requests: 1000 }, () => 0.1, 0.7)
    expect(times.at(-1)).toBeLessThan(1005)
  })

  test('as fast as lanes allow without an interval, once the proxy has seen the client', () => {
    expect(starts({ intervalMs: 0, requests: 6, concurrency: 3 }, () => 10)).toEqual([0, 10, 10, 10, 20, 20])
  })

  test('until the number or the duration is reached, never more at once than allowed', () => {
    expect(starts({ durationMs: 100 }, () => 1)).toEqual([0, 20, 40, 60, 80])
    expect(starts({ durationMs: 100, requests: 2 }, () => 1)).toEqual([0, 20])
    expect(starts({ intervalMs: 0, durationMs: 30, concurrency: 1 }, () => 10)).toEqual([0, 10, 20])
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (intervalMs, concurrency, requests, latencies) => {
          const latency = (index: number): number => latencies[index % latencies.length] ?? 1
          const times = starts({ intervalMs, concurrency, requests }, latency)
          expect(times.length).toBe(requests)
          for (const [index, time] of times.entries()) {
            expect(time).toBeGreaterThanOrEqual(index * intervalMs)
            const open = times.slice(0, index).filter((earlier, at) => earlier + latency(at + 1) > time)
            expect(open.length).toBeLessThan(concurrency)
          }
        },
      ),
    )
  })
})

/** What each of several clients is dealt by a proxy that gives pods out in turn, whoever asks. */
function dealt(
  clients: number,
  pods: number,
  pace: Pick<Pace, 'byChance' | 'requests'>,
  random: Random,
): number[][] {
  const picks: number[][] = Array.from({ length: clients }, () => [])
  const pacers = picks.map((_, client) => ({
    client,
    at: random() * 20,
    pacer: new Pacer({ intervalMs: 20, concurrency: 8, durationMs: Infinity, ...pace }, random),
  }))
  let turn = 0
  for (;;) {
    pacers.sort((one, other) => one.at - other.at)
    const [next] = pacers as [(typeof pacers)[number]]
    const step = next.pacer.next(next.at, 0)
    if (step === 'start') picks[next.client]!.push(turn++ % pods)
    else next.at = step === 'done' ? Infinity : next.at + Number(step)
    if (next.at === Infinity) return picks
  }
}

describe('clients in step at a proxy that deals pods out in turn', () => {
  const looksSticky = (clients: number, pods: number, byChance: boolean, random: Random): boolean => {
    const acceptedError = errorPerVerdict(1e-6, clients)
    const requests = requestsNeeded(pods, acceptedError, 'sticky', { verdicts: clients })
    return dealt(clients, pods, { byChance, requests }, random).some(
      (picks) =>
        judge(inputOf(picks, pods, { acceptedError, verdicts: clients, shares: 'even' })).behaviour ===
        'sticky',
    )
  }

  test.each([
    [2, 2],
    [3, 3],
    [4, 2],
    [6, 3],
  ])('%d clients at %d pods: each sees them all', (clients, pods) => {
    const random = seeded(1)
    expect(looksSticky(clients, pods, false, random)).toBe(true)
    for (let run = 0; run < 300; run++) expect(looksSticky(clients, pods, true, random)).toBe(false)
  })

  test('a pick stays no more often than by chance', () => {
    for (const [clients, pods] of [
      [2, 2],
      [3, 3],
      [3, 2],
      [10, 5],
    ] as const) {
      const [picks = []] = dealt(clients, pods, { byChance: true, requests: 20_000 }, seeded(2))
      const stays = picks.filter((pick, index) => pick === picks[index - 1]).length
      expect(stays / picks.length).toBeLessThan(1 / pods + 0.01)
    }
  })

  test('at the rate that was asked for, after a first interval that is whole', () => {
    const random = seeded(3)
    const pacer = new Pacer(
      { intervalMs: 20, concurrency: 1, requests: 10_000, durationMs: Infinity, byChance: true },
      random,
    )
    let now = 0
    const times: number[] = []
    for (let step = pacer.next(now, 0); step !== 'done'; step = pacer.next(now, 0)) {
      if (step === 'start') times.push(now)
      else now += Number(step)
    }
    expect(times[1]).toBe(20)
    expect(now / 10_000).toBeCloseTo(20, 0)
    expect(Math.min(...times.slice(1).map((time, index) => time - times[index]!))).toBe(5)
  })
})
