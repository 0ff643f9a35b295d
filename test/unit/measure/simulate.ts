import { conclude } from '../../../src/measure/conclude.ts'
import type { Contact } from '../../../src/measure/contact.ts'
import { infer } from '../../../src/measure/infer.ts'
import { clientsFor, firstRound, mostClients, nextRound, type Round } from '../../../src/measure/plan.ts'
import { priorFor } from '../../../src/measure/prior.ts'
import type { TimeoutFinding } from '../../../src/model/timeout-result.ts'
import type { Random } from '../judge/simulate.ts'

/** A proxy whose timer is known. */
export interface Truth {
  kind: 'idle' | 'absolute'
  timeoutMs: number
  /** Each entry ends this much later at most, by a draw of its own. */
  jitterMs?: number
  endpoints: number
  /** Connections that go anywhere. */
  slipRate?: number
  latencyMs?: (random: Random) => number
}

/** The contacts of one client that no one knew before, with these pauses, in virtual time. */
export function simulate(truth: Truth, pausesMs: readonly number[], random: Random): Contact[] {
  const { kind, timeoutMs, jitterMs = 0, endpoints, slipRate = 0 } = truth
  const latency = truth.latencyMs ?? ((random) => 0.5 + 3 * random())
  let fromMs = 1e9 * random()
  let entry: { backend: number; sinceMs: number; lifeMs: number } | undefined
  return [0, ...pausesMs].map((pause) => {
    fromMs += pause + (pause === 0 ? 0 : 3 * random())
    const toMs = fromMs + latency(random)
    const pickedMs = fromMs + (toMs - fromMs) * random()
    const lifeMs = timeoutMs + jitterMs * random()
    const isKept = entry !== undefined && pickedMs - entry.sinceMs < entry.lifeMs && random() >= slipRate
    if (entry === undefined || !isKept)
      entry = { backend: Math.floor(random() * endpoints), sinceMs: pickedMs, lifeMs }
    else if (kind === 'idle') entry = { backend: entry.backend, sinceMs: pickedMs, lifeMs }
    return { fromMs, toMs, backend: String(entry.backend), eligible: endpoints }
  })
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
  maxMs?: number
  acceptedError?: number
}

/** A whole measurement of a simulated proxy, in virtual time. */
export function measure(truth: Truth, random: Random, options: MeasureOptions = {}): Measured {
  const { configuredMs, maxMs = 120_000, acceptedError = 0.001 } = options
  const clients = clientsFor(truth.endpoints, acceptedError)
  const plan = { ...(configuredMs === undefined ? {} : { configuredMs }), maxMs, clients, mostClients }
  const prior = priorFor(configuredMs)
  const contacts: Contact[][] = []
  const rounds: Round[] = []
  let ms = 0
  let round: Round | undefined = firstRound(plan)
  while (true) {
    rounds.push(round)
    ms += podStartMs + Math.max(...round.pausesMs.map((pauses) => pauses.reduce((sum, pause) => sum + pause)))
    contacts.push(...round.pausesMs.map((pauses) => simulate(truth, pauses, random)))
    const knowledge = infer(contacts, prior, acceptedError)
    round = nextRound(plan, knowledge, rounds.length)
    if (round !== undefined) continue
    const { finding, settled } = conclude(knowledge, maxMs)
    return { ...finding, settled, rounds, clients, ms }
  }
}
