import { conclude } from '../../../../src/judge/timers/conclude.ts'
import type { Contact } from '../../../../src/judge/timers/contact.ts'
import { infer } from '../../../../src/judge/timers/infer.ts'
import {
  clientsFor,
  firstRound,
  mostClients,
  nextRound,
  type Round,
} from '../../../../src/judge/timers/plan.ts'
import { priorFor } from '../../../../src/judge/timers/prior.ts'
import type { ProxyClock } from '../../../../src/model/affinity/proxy-clock.ts'
import type { TimeoutFinding } from '../../../../src/model/probe/results/timeout-result.ts'
import type { Random } from '../simulate.ts'

/** A proxy whose timer is known. */
export interface Truth {
  kind: 'idle' | 'absolute'
  timeoutMs: number
  /**
   * Exact unless given. `whole-seconds`: both times are cut to seconds of the node's clock, as by Cilium. `swept`: who is
   * over time goes when somebody looks, about once a second, as by Open vSwitch.
   */
  clock?: 'exact' | 'whole-seconds' | 'swept'
  /** Each entry ends this much later at most, by a draw of its own. */
  jitterMs?: number
  endpoints: number
  /** Connections that go anywhere. */
  slipRate?: number
  latencyMs?: (random: Random) => number
  /** All clients of a round begin within this time; three seconds unless given. */
  startsWithinMs?: number
}

/** From when to when entries end. */
export function endsOf({ timeoutMs, clock, jitterMs = 0 }: Truth): { fromMs: number; toMs: number } {
  if (clock === 'whole-seconds') return { fromMs: Math.max(0, timeoutMs - 1000), toMs: timeoutMs }
  return { fromMs: timeoutMs, toMs: timeoutMs + (clock === 'swept' ? 1000 : jitterMs) }
}

/** Between two looks of a proxy that looks for entries that are over, in milliseconds: a pause of a second, and the look. */
const sweepMs = 1004

function endOf({ timeoutMs, clock, jitterMs = 0 }: Truth, sinceMs: number, random: Random): number {
  if (clock === 'whole-seconds') return Math.floor(sinceMs / 1000) * 1000 + timeoutMs
  if (clock === 'swept') return Math.ceil((sinceMs + timeoutMs) / sweepMs) * sweepMs
  return sinceMs + timeoutMs + jitterMs * random()
}

/** The contacts of one client that no one knew before, with these pauses, in virtual time. */
export function simulate(
  truth: Truth,
  pausesMs: readonly number[],
  random: Random,
  startMs = 1e9 * random(),
): Contact[] {
  const { kind, endpoints, slipRate = 0 } = truth
  const latency = truth.latencyMs ?? ((random) => 0.5 + 3 * random())
  let fromMs = startMs
  let entry: { backend: number; endMs: number } | undefined
  return [0, ...pausesMs].map((pause) => {
    fromMs += pause + (pause === 0 ? 0 : 3 * random())
    const toMs = fromMs + latency(random)
    const pickedMs = fromMs + (toMs - fromMs) * random()
    const isKept = entry !== undefined && pickedMs < entry.endMs && random() >= slipRate
    if (entry === undefined || !isKept)
      entry = { backend: Math.floor(random() * endpoints), endMs: endOf(truth, pickedMs, random) }
    else if (kind === 'idle') entry = { ...entry, endMs: endOf(truth, pickedMs, random) }
    return { fromMs, toMs, backend: String(entry.backend), eligible: endpoints }
  })
}

/** The contacts of all clients of a round, which begin at nearly the same time. */
export function simulateRound(truth: Truth, round: Round, random: Random): Contact[][] {
  const startMs = 1e9 * random()
  const { startsWithinMs = 3000 } = truth
  return round.pausesMs.map((pauses, client) =>
    simulate(truth, pauses, random, startMs + startsWithinMs * random() + round.waitsMs[client]!),
  )
}

export interface Measured extends TimeoutFinding {
  settled: boolean
  rounds: Round[]
  clients: number
  /** Virtual time: the longest client of each round, and what pods need to start. */
  ms: number
}

/** How long the pods of a round take to run, in virtual time. */
const podStartMs = 5000

export interface MeasureOptions {
  configuredMs?: number
  /** What is known of the proxy's clock. */
  clock?: ProxyClock
  maxMs?: number
  acceptedError?: number
  clients?: number
}

/** A whole measurement of a simulated proxy, in virtual time. */
export function measure(truth: Truth, random: Random, options: MeasureOptions = {}): Measured {
  const { configuredMs, clock, maxMs = 120_000, acceptedError = 0.001 } = options
  const clients = options.clients ?? clientsFor(truth.endpoints, acceptedError)
  const plan = {
    ...(configuredMs === undefined ? {} : { configuredMs }),
    ...(clock === undefined ? {} : { clock }),
    maxMs,
    clients,
    mostClients,
  }
  const prior = priorFor(configuredMs, clock)
  const contacts: Contact[][] = []
  const rounds: Round[] = []
  let ms = 0
  let round: Round | undefined = firstRound(plan, random)
  while (true) {
    rounds.push(round)
    const { pausesMs, waitsMs } = round
    ms +=
      podStartMs +
      Math.max(
        ...pausesMs.map((pauses, client) => pauses.reduce((sum, pause) => sum + pause, waitsMs[client]!)),
      )
    contacts.push(...simulateRound(truth, round, random))
    const knowledge = infer(contacts, prior, acceptedError)
    round = nextRound(plan, knowledge, rounds.length, random)
    if (round !== undefined) continue
    const { finding, settled } = conclude(knowledge, maxMs)
    return { ...finding, settled, rounds, clients, ms }
  }
}
