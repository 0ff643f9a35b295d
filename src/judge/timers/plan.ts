import type { ClientRound, TimerEvidence } from './evidence.ts'
import type { ProxyClock } from '../../model/affinity/proxy-clock.ts'
import { conclude, isNarrow, likelyClock, precisionMs, shortPauseMs } from './conclude.ts'
import type { Knowledge, Range } from './infer.ts'
import { sharingOf } from './one-client.ts'
import { secondMs } from './prior.ts'

export interface MeasurePlan {
  /** What the Service is configured for, in milliseconds; undefined without affinity. */
  configuredMs?: number
  /** Of the proxy in charge, where it is known. */
  clock?: ProxyClock
  /** The longest pause that is waited for, in milliseconds. */
  maxMs: number
  /** Client pods in each round. */
  clients: number
  /** No round may have more of them. */
  mostClients: number
  /** 1 − the confidence. */
  acceptedError: number
}

/** What the clients of one Job do. */
export interface Round {
  /** For each client, the pauses between its connections, in milliseconds. */
  pausesMs: number[][]
  /** For each client, how long it waits before its first connection: clients that begin together share the proxy's second. */
  waitsMs: number[]
  /** `configured`: tries what is configured; `hold`: waits as long as it may; `search`: looks for the time; `confirm`: tells the kind. */
  purpose: 'configured' | 'hold' | 'search' | 'confirm'
}

/** A number in 0 … 1. */
export type Random = () => number

/** Unless the user asks for more. */
export const mostClients = 32

/** After so many rounds the answer is what is known. */
const mostRounds = 12
/** After so many rounds no further one is made where the clients' pauses end too late. */
const roundsIfLate = 3
/** After so many rounds a kind or a clock that is still open stays open. */
const roundsForKind = 8

/**
 * How many clients a round needs so that one round mostly decides. The hardest question is whether a clock counts
 * exactly or in whole seconds: it takes two and a half times as many as it takes to rule out that all stayed by chance, which has
 * probability k^−n and must be five times less than the accepted error, because not all of the prior is where the truth is.
 */
export function clientsFor(eligible: number, acceptedError: number): number {
  const needed = Math.log(5 / acceptedError) / Math.log(Math.max(2, eligible))
  return Math.min(mostClients, Math.max(15, Math.ceil(needed * 2.6)))
}

/** The first round, before anything was seen. */
export function firstRound(plan: MeasurePlan, random: Random): Round {
  const { configuredMs, maxMs, clients, clock } = plan
  if (configuredMs === undefined) {
    return roundOf(
      'configured',
      each(clients, () => [1, 1, 1, 1].map(() => shortPauseMs)),
      random,
    )
  }
  // If a client is not even kept for a moment, that is found on the way.
  const hold = [Math.min(shortPauseMs, maxMs), maxMs]
  if (isTooLong(plan))
    return roundOf(
      'hold',
      each(clients, () => hold),
      random,
    )
  const isCoarse = clock !== undefined && clock.earlyMs + clock.lateMs > 0
  const within = {
    fromMs: configuredMs - (clock?.earlyMs ?? 0),
    toMs: configuredMs + (clock?.lateMs ?? 0),
  }
  const pausesMs = isCoarse ? throughout(within, within.fromMs, plan, random) : around(within, plan, random)
  return roundOf('configured', pausesMs, random)
}

/** Evenly through a second, so that the moments at which entries of a proxy that counts whole seconds end are independent. */
function roundOf(purpose: Round['purpose'], pausesMs: number[][], random: Random): Round {
  return { purpose, pausesMs, waitsMs: pausesMs.map(() => Math.floor(secondMs * random())) }
}

/** Whether the configured timeout leaves no room for a pause that is longer. */
export function isTooLong({ configuredMs, clock, maxMs }: MeasurePlan): boolean {
  return (
    configuredMs !== undefined && configuredMs + (clock?.lateMs ?? 0) + 2 * marginOf(configuredMs) > maxMs
  )
}

/** How late the pauses of a round ended, in milliseconds: half of them by more than this. */
export function latenessOf({ pausesMs }: Round, runs: readonly ClientRound[]): number {
  const late = runs.flatMap(({ client, answers }) =>
    answers
      .slice(1)
      .map(({ atMs }, index) => atMs - answers[index]!.atMs - (pausesMs[client]?.[index] ?? Infinity)),
  )
  return Math.max(0, late.toSorted((one, other) => one - other)[Math.floor(late.length / 2)] ?? 0)
}

/**
 * Whether further rounds would try other pauses than those that they are to try: the clients' end later than the range is wide
 * that is looked for.
 */
export function isTooLate(lateMs: number, { range }: Knowledge, rounds: number): boolean {
  return rounds >= roundsIfLate && range !== undefined && lateMs > precisionMs(range.toMs)
}

/** Where clients look like one so much more than not, there is no telling. */
const alike = 20
/** Rounds in which it may be found out whether they are one. */
const roundsForClients = 3

export interface PlannedStep {
  /** Undefined when nothing more is to be found out. */
  next: Round | undefined
  /** Clients look like one, or may be: then no range is right. */
  oneClient: boolean
}

/**
 * What to do after a round. A range is said where clients are surely not one: as surely as a range is right, in ten parts, for
 * the timer may be any of the prior's.
 */
export function nextStep(
  plan: MeasurePlan,
  evidence: Pick<TimerEvidence, 'clients' | 'groups'>,
  knowledge: Knowledge,
  rounds: number,
  random: Random,
): PlannedStep {
  const { everywhere, anywhere } = sharingOf(evidence, knowledge.logEvidence, plan.configuredMs)
  if (anywhere >= alike) return { next: undefined, oneClient: true }
  const next = nextRound(plan, knowledge, rounds, random)
  // Whoever is not kept at all is not kept by others either.
  const isOpen =
    everywhere > plan.acceptedError / 10 && conclude(knowledge, plan.maxMs).finding.outcome !== 'not-held'
  const again = isOpen && rounds < roundsForClients ? firstRound(plan, random) : undefined
  return { next: next ?? again, oneClient: isOpen }
}

function nextRound(
  plan: MeasurePlan,
  knowledge: Knowledge,
  rounds: number,
  random: Random,
): Round | undefined {
  const { maxMs } = plan
  const { finding, settled } = conclude(knowledge, maxMs)
  const { range, clocks } = knowledge
  if (settled || rounds >= mostRounds || range === undefined) return undefined
  if (isNarrow(range, finding.clock) && rounds >= roundsForKind) return undefined
  const clock = likelyClock(knowledge)
  const isCoarse = clock === 'coarse'
  const most = clocks[clock].range!
  const within = { ...most, toMs: Math.min(most.toMs, endlessMs) }
  const likely = {
    fromMs: knowledge.quantile(0.05, clock, within),
    toMs: knowledge.quantile(0.95, clock, within),
  }
  const isFound = likely.toMs - likely.fromMs <= precisionMs(likely.toMs) / 2 && likely.toMs < maxMs
  if (!isFound && !isNarrow(most, isCoarse ? 'whole-seconds' : 'exact'))
    return roundOf('search', searchWithin(within, clock, plan, knowledge), random)
  const tried = isFound ? likely : within
  const pausesMs = isCoarse
    ? throughout(isFound ? { ...tried, toMs: tried.toMs + secondMs } : tried, likely.fromMs, plan, random)
    : around(tried, plan, random)
  const capped = pausesMs.map((pauses) => pauses.map((pause) => Math.min(pause, maxMs)))
  return roundOf('confirm', capped, random)
}

/** How far from a time it is tried whether a client is kept: the answer's own time must not matter, nor a busy machine. */
function marginOf(ms: number): number {
  return Math.max(120, ms / 250)
}

/** Beyond this, clients share out what shorter ones do one after the other. */
const shareAboveMs = 60_000

/**
 * Tries a range from both sides, and tells the kind. Of three clients two pause for longer than the range, then twice for
 * less: an idle timer moves them at the first pause and keeps them at both others, an absolute one, which the two together
 * exceed, moves them at the third. The third client pauses for less, for more, and for more.
 *
 * The nearer a pause is to the time, the more it says about a clock that may end entries in the second around it; each is
 * drawn by chance, so that it has nothing to do with where the proxy's seconds begin.
 *
 * Where that takes too long, some clients make the long pause, some the short one, and some two pauses that exceed the
 * range together only.
 */
function around({ fromMs, toMs }: Range, { clients, mostClients }: MeasurePlan, random: Random): number[][] {
  const beyond = (): number => inPractice(toMs + marginOf(toMs) * (0.3 + 0.7 * random()))
  const before = (): number => inPractice(fromMs - marginOf(fromMs) * (0.5 + 0.7 * random()))
  const half = (): number => inPractice((toMs + marginOf(toMs)) / 2)
  if (toMs > shareAboveMs) {
    return each(Math.min(2 * clients, mostClients), (client) =>
      [[beyond], [before], [half, half], [before], [half, half]][client % 5]!.map((pause) => pause()),
    )
  }
  return each(clients, (client) =>
    (client % 3 === 2 ? [before, beyond, beyond] : [beyond, before, before]).map((pause) => pause()),
  )
}

/**
 * Tries a second in which entries end here and there: pauses from a little before it to a little after it, evenly. Every
 * fifth client tells the kind: with pauses that an idle timer outlasts, and that exceed an absolute one together.
 * @param keptMs how long an entry lasts in all likelihood
 */
function throughout(
  { fromMs, toMs }: Range,
  keptMs: number,
  { clients, mostClients }: MeasurePlan,
  random: Random,
): number[][] {
  const isShared = toMs > shareAboveMs
  const margin = 1.5 * marginOf(toMs)
  const first = Math.max(shortPauseMs, fromMs - margin)
  const count = isShared ? Math.min(2 * clients, mostClients) : clients
  const pauses = isShared ? 1 : 3
  const short = surelyKept(keptMs)
  const together = Math.ceil((toMs + margin) / short)
  return each(count, (client) => {
    if (client % 5 === 4 && short < keptMs)
      return each(isShared ? together : 2 * together, () => inPractice(short))
    return each(pauses, (turn) => {
      // A permutation of equal parts: each is tried once, and no client tries neighbours one after the other.
      const part = (client + turn * Math.ceil(count / 3)) % count
      return inPractice(first + ((part + random()) / count) * (toMs + margin - first))
    })
  })
}

/** A pause that an entry which is kept for this long outlasts, though a busy machine makes the pause longer. */
function surelyKept(keptMs: number): number {
  return Math.max(shortPauseMs, Math.min(0.8 * keptMs, keptMs - 400))
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
function searchWithin(
  range: Range,
  clock: 'exact' | 'coarse',
  plan: MeasurePlan,
  knowledge: Knowledge,
): number[][] {
  const { maxMs, clients } = plan
  const cap = Math.min(maxMs, Math.max(patienceMs, 4 * range.fromMs))
  // Half of the clients whose entry ends within a second are moved in its middle.
  const middle = clock === 'coarse' ? secondMs / 2 : 0
  const values = Array.from({ length: sections }, (_, index) => {
    const ms = knowledge.quantile((index + 0.5) / sections, clock, range) + middle
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
