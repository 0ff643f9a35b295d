import { conclude, isNarrow, likelier, precisionMs, shortPauseMs } from './conclude.ts'
import type { Knowledge, Range } from './infer.ts'

export interface MeasurePlan {
  /** What the Service is configured for, in milliseconds; undefined without affinity. */
  configuredMs?: number
  /** The longest pause that is waited for, in milliseconds. */
  maxMs: number
  /** Client pods in each round. */
  clients: number
  /** No round may have more of them. */
  mostClients: number
}

/** What the clients of one Job do. */
export interface Round {
  /** For each client, the pauses between its connections, in milliseconds. */
  pausesMs: number[][]
  /** `configured`: tries what is configured; `hold`: waits as long as it may; `search`: looks for the time; `confirm`: tells the kind. */
  purpose: 'configured' | 'hold' | 'search' | 'confirm'
}

/** Unless the user asks for more. */
export const mostClients = 24

/** After so many rounds the answer is what is known. */
const mostRounds = 12
/** After so many rounds a kind that is still open stays open. */
const roundsForKind = 8

/**
 * How many clients a round needs so that one round decides: all of them stay by chance with probability k^−n, which must
 * be five times less than the accepted error, because not all of the prior is where the truth is.
 */
export function clientsFor(eligible: number, acceptedError: number): number {
  const needed = Math.log(5 / acceptedError) / Math.log(Math.max(2, eligible))
  return Math.min(20, Math.max(6, Math.ceil(needed * 1.4)))
}

/** The first round, before anything was seen. */
export function firstRound(plan: MeasurePlan): Round {
  const { configuredMs, maxMs, clients } = plan
  if (configuredMs === undefined) {
    return { purpose: 'configured', pausesMs: each(clients, () => [1, 1, 1, 1].map(() => shortPauseMs)) }
  }
  // If a client is not even kept for a moment, that is found on the way.
  const hold = [Math.min(shortPauseMs, maxMs), maxMs]
  if (isTooLong(plan)) return { purpose: 'hold', pausesMs: each(clients, () => hold) }
  return { purpose: 'configured', pausesMs: around({ fromMs: configuredMs, toMs: configuredMs }, plan) }
}

/** Whether the configured timeout leaves no room for a pause that is longer. */
export function isTooLong({ configuredMs, maxMs }: MeasurePlan): boolean {
  return configuredMs !== undefined && configuredMs + 2 * marginOf(configuredMs) > maxMs
}

/** What to try next; undefined when nothing more is to be found out. Pure. */
export function nextRound(plan: MeasurePlan, knowledge: Knowledge, rounds: number): Round | undefined {
  const { maxMs } = plan
  if (conclude(knowledge, maxMs).settled || rounds >= mostRounds) return undefined
  const { range } = likelier(knowledge.kinds)
  if (range === undefined || (isNarrow(range) && rounds >= roundsForKind)) return undefined
  const most = { ...range, toMs: Math.min(range.toMs, endlessMs) }
  const likely = { fromMs: knowledge.quantile(0.05, most), toMs: knowledge.quantile(0.95, most) }
  const isFound = likely.toMs - likely.fromMs <= precisionMs(likely.toMs) / 2 && likely.toMs < maxMs
  if (!isFound && !isNarrow(range))
    return { purpose: 'search', pausesMs: searchWithin(most, plan, knowledge) }
  const pausesMs = around(isFound ? likely : range, plan)
  return {
    purpose: 'confirm',
    pausesMs: pausesMs.map((pauses) => pauses.map((pause) => Math.min(pause, maxMs))),
  }
}

/** How far from a time it is tried whether a client is kept: the answer's own time must not matter, nor a busy machine. */
function marginOf(ms: number): number {
  return Math.max(300, ms / 100)
}

/** Beyond this, clients share out what shorter ones do one after the other. */
const shareAboveMs = 20_000

/**
 * Tries a range from both sides, and tells the kind. Each client pauses once for longer than the range and twice for less:
 * an idle timer moves it at the first and keeps it at both others, an absolute one, which the two together exceed,
 * moves it at the third. Where that takes too long, some clients make the long pause, some the short one, and some two
 * pauses that exceed the range together only. Clients differ a little, so that they narrow the range down as well, and
 * so that no timer can end within the inaccuracy of all of them.
 */
function around({ fromMs, toMs }: Range, { clients, mostClients }: MeasurePlan): number[][] {
  const half = (toMs + marginOf(toMs)) / 2
  const isShared = toMs > shareAboveMs
  return each(isShared ? Math.min(2 * clients, mostClients) : clients, (client) => {
    const turn = client % 3
    const margin = marginOf(fromMs)
    const beyond = toMs + [2 / 3, 1, 5 / 3][turn]! * marginOf(toMs)
    const before = fromMs - margin
    const less = before - margin * (1 / 3 + turn / 6)
    if (!isShared) return [beyond, before, less].map(inPractice)
    return [[beyond], [before], [half, half], [less], [half, half]][client % 5]!.map(inPractice)
  })
}

/** A round longer than this is only worth it when shorter pauses were all kept. */
const patienceMs = 60_000
/** How many different pauses a round tries. */
const sections = 4
const mostRepeats = 4
/** Stands for any time that is too long to be waited for. */
const endlessMs = 1e12

/**
 * Pauses that cut what is left into parts of equal probability, each tried by several clients. Those with shorter
 * pauses repeat them while the others wait.
 */
function searchWithin(range: Range, plan: MeasurePlan, knowledge: Knowledge): number[][] {
  const { maxMs, clients } = plan
  const cap = Math.min(maxMs, Math.max(patienceMs, 4 * range.fromMs))
  const values = Array.from({ length: sections }, (_, index) => {
    const ms = knowledge.quantile((index + 0.5) / sections, range)
    return Math.max(shortPauseMs, Math.min(ms, cap))
  })
  const longest = Math.max(...values)
  return each(clients, (client) => {
    const value = values[client % sections]!
    const repeats = Math.min(mostRepeats, Math.max(1, Math.floor(longest / value)))
    return Array.from({ length: Math.max(repeats, longest <= 15_000 ? 2 : 1) }, () => inPractice(value))
  })
}

/** Agents count in milliseconds, and connections need time. */
function inPractice(ms: number): number {
  return Math.max(shortPauseMs, Math.round(ms))
}

function each<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
