import { Course } from '../../../src/judge/statistics/course.ts'
import type { JudgeInput } from '../../../src/judge/run/input.ts'

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

/** Favours the pod with the fewest of the last connections, as proxies do that count the open ones. */
export const leastConnections = (random: Random, endpoints: number): Proxy => {
  const open = Array.from({ length: endpoints }, () => 0)
  const recent: number[] = []
  const free: number[] = []
  return () => {
    let fewest = Infinity
    let found = 0
    for (let index = 0; index < endpoints; index++) {
      const count = open[index]!
      if (count < fewest) found = 0
      if (count <= fewest) free[found++] = index
      if (count < fewest) fewest = count
    }
    const pick = free[Math.floor(random() * found)] ?? 0
    open[pick]! += 1
    recent.push(pick)
    if (recent.length > endpoints && random() < 0.9) {
      const [done] = recent.splice(Math.floor(random() * recent.length), 1)
      open[done ?? 0]! -= 1
    }
    return pick
  }
}

/** Keeps one pod, slips to another with probability `rate`, and returns. */
export const homePod = (random: Random, endpoints: number, rate: number, home?: number): Proxy => {
  const pick = uniform(random, endpoints)
  const own = home ?? pick(undefined)
  return () => (random() < rate ? pick(undefined) : own)
}

/** One proxy for the first connections, then another. */
export const switchedAt = (count: number, before: Proxy, after: Proxy): Proxy => {
  let made = 0
  return (previous) => (made++ < count ? before(previous) : after(previous))
}

/** Backends from `from` on, as many, never answer. */
export function silent(picks: readonly number[], count: number, from = 0): (number | undefined)[] {
  return picks.map((pick) => (pick >= from && pick < from + count ? undefined : pick))
}

/** Requests fail by chance, whoever is picked. */
export function failing(picks: readonly number[], rate: number, random: Random): (number | undefined)[] {
  return picks.map((pick) => (random() < rate ? undefined : pick))
}

export function picksOf(proxy: Proxy, count: number): number[] {
  const picks: number[] = []
  let previous: number | undefined
  for (let i = 0; i < count; i++) picks.push((previous = proxy(previous)))
  return picks
}

/** Between two connections of a simulated client, in milliseconds. */
const intervalMs = 20

/**
 * The judge's input for a run on a Service without changes.
 *
 * @param picks who answered each connection; undefined for one that failed
 */
export function inputOf(
  picks: readonly (number | undefined)[],
  endpoints: number,
  overrides: Partial<JudgeInput> = {},
): JudgeInput {
  const hits: number[] = []
  const course = new Course()
  let switches = 0
  let answers = 0
  let previous: number | undefined
  // The pairs of `entries` are a third of what there is to do.
  for (let index = 0; index < picks.length; index++) {
    const pick = picks[index]
    if (pick === undefined) {
      course.miss()
      continue
    }
    answers += 1
    course.pick(pick, index * intervalMs)
    hits[pick] = (hits[pick] ?? 0) + 1
    if (previous !== undefined && pick !== previous) switches += 1
    previous = pick
  }
  const blocks = course.blocks()
  const pickHits = hits.filter((count) => count > 0)
  return {
    expectation: { behaviour: 'sticky', idleMs: 10_800_000, because: 'it is configured' },
    acceptedError: 1e-6,
    eligibleEndpoints: endpoints,
    knownEndpoints: endpoints,
    endpointsChanged: false,
    answers,
    pickHits,
    perRequest: false,
    switches,
    expiredSwitches: 0,
    goneSwitches: 0,
    bindingPicks: [{ eligible: endpoints, picks: Math.max(0, answers - 1) }],
    course: blocks,
    stretches: blocks.length === 0 ? [] : [{ eligible: endpoints, blocks }],
    missing: picks.length - answers,
    unheard: Array.from({ length: Math.max(0, endpoints - pickHits.length) }, (_, index) => `pod-${index}`),
    anonymous: false,
    unrecognised: 0,
    lost: 0,
    interrupted: false,
    ...overrides,
  }
}
