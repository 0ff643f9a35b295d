import type { JudgeInput } from '../../../src/judge/input.ts'

export type Random = () => number

/** Mulberry32, a small generator of uniform numbers in 0 … 1, so that every run of the tests is the same. */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = Math.trunc(state + 0x6d2b79f5)
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}

/** Chooses a backend, 0 … k − 1, for the next connection. */
export type Proxy = (previous: number | undefined) => number

/** What kube-proxy does without affinity (iptables: statistic mode random, nftables: numgen random). */
export const uniform =
  (random: Random, endpoints: number): Proxy =>
  () =>
    Math.floor(random() * endpoints)

/** What IPVS does by default, and many load balancers. */
export const roundRobin = (random: Random, endpoints: number): Proxy => {
  let next = Math.floor(random() * endpoints)
  return () => next++ % endpoints
}

/** Independent picks with fixed, unequal shares. */
export const weighted =
  (random: Random, weights: readonly number[]): Proxy =>
  () => {
    let rest = random() * weights.reduce((sum, weight) => sum + weight, 0)
    return Math.max(
      0,
      weights.findIndex((weight) => (rest -= weight) < 0),
    )
  }

/** Keeps the backend, but picks again with probability `rate`, as with entries that get lost. */
export const slipping = (random: Random, endpoints: number, rate: number): Proxy => {
  const pick = uniform(random, endpoints)
  return (previous) => (previous === undefined || random() < rate ? pick(undefined) : previous)
}

/** Two nodes with a table each, entered at random: each is sticky, the client is not. */
export const twoNodes = (random: Random, endpoints: number): Proxy => {
  const held = [uniform(random, endpoints)(undefined), uniform(random, endpoints)(undefined)]
  return () => held[random() < 0.5 ? 0 : 1] ?? 0
}

export function picksOf(proxy: Proxy, count: number): number[] {
  const picks: number[] = []
  for (let i = 0; i < count; i++) picks.push(proxy(picks.at(-1)))
  return picks
}

/** The judge's input for a run whose every connection was answered, on a Service without changes. */
export function inputOf(
  picks: readonly number[],
  endpoints: number,
  overrides: Partial<JudgeInput> = {},
): JudgeInput {
  const hits = new Map<number, number>()
  let switches = 0
  for (const [index, pick] of picks.entries()) {
    hits.set(pick, (hits.get(pick) ?? 0) + 1)
    if (index > 0 && pick !== picks[index - 1]) switches += 1
  }
  return {
    expectation: { behaviour: 'sticky', idleMs: 10_800_000, because: 'it is configured' },
    acceptedError: 1e-6,
    eligibleEndpoints: endpoints,
    knownEndpoints: endpoints,
    endpointsChanged: false,
    answers: picks.length,
    pickHits: [...hits.values()],
    perRequest: false,
    switches,
    expiredSwitches: 0,
    goneSwitches: 0,
    bindingPicks: [{ eligible: endpoints, picks: Math.max(0, picks.length - 1) }],
    anonymous: false,
    unrecognised: 0,
    lost: 0,
    interrupted: false,
    ...overrides,
  }
}
