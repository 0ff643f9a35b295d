import { conclude } from '../../../../src/judge/timers/conclude.ts'
import type { Contact } from '../../../../src/judge/timers/contact.ts'
import { infer } from '../../../../src/judge/timers/infer.ts'
import {
  clientsFor,
  firstRound,
  mostClients,
  nextStep,
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
  /** Over how many nodes the clients are spread: three unless given. */
  nodes?: number
  /** On so many of them all clients have one address. */
  sharedNodes?: number
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

/** What the proxy remembers of an address. */
interface Entry {
  backend: number
  endMs: number
}

/** The contacts of clients that share an address, with these pauses, in virtual time. It may have an entry from before. */
function simulateTogether(
  truth: Truth,
  clients: readonly { pausesMs: readonly number[]; startMs: number }[],
  random: Random,
  remembered: { entry?: Entry },
): Contact[][] {
  const { kind, endpoints, slipRate = 0 } = truth
  const latency = truth.latencyMs ?? ((random) => 0.5 + 3 * random())
  const contacts: Contact[][] = clients.map(() => [])
  const dueMs = clients.map(({ startMs }) => startMs)
  while (true) {
    const client = dueMs.indexOf(Math.min(...dueMs))
    const fromMs = dueMs[client]!
    if (fromMs === Infinity) return contacts
    const toMs = fromMs + latency(random)
    const pickedMs = fromMs + (toMs - fromMs) * random()
    let { entry } = remembered
    const isKept = entry !== undefined && pickedMs < entry.endMs && random() >= slipRate
    if (entry === undefined || !isKept)
      entry = { backend: Math.floor(random() * endpoints), endMs: endOf(truth, pickedMs, random) }
    else if (kind === 'idle') entry = { ...entry, endMs: endOf(truth, pickedMs, random) }
    remembered.entry = entry
    contacts[client]!.push({ fromMs, toMs, backend: String(entry.backend), eligible: endpoints })
    const pause = clients[client]!.pausesMs[contacts[client]!.length - 1]
    dueMs[client] = pause === undefined ? Infinity : fromMs + pause + 3 * random()
  }
}

/** The contacts of all clients of a round, which begin at nearly the same time. */
export function simulateRound(
  truth: Truth,
  round: Round,
  random: Random,
  startMs = 1e9 * random(),
  remembered: Record<string, { entry?: Entry }> = {},
): Contact[][] {
  const { startsWithinMs = 3000, sharedNodes = 0 } = truth
  const contacts: Contact[][] = []
  const clients = round.pausesMs.map((pausesMs, client) => ({ pausesMs, client }))
  const addressOf = (client: number): string =>
    nodeOf(truth, client) < sharedNodes ? `of node ${nodeOf(truth, client)}` : `of client ${client}`
  for (const [address, group] of Map.groupBy(clients, ({ client }) => addressOf(client))) {
    const starting = group.map(({ pausesMs, client }) => ({
      pausesMs,
      startMs: startMs + startsWithinMs * random() + round.waitsMs[client]!,
    }))
    const known = group.length > 1 ? (remembered[address] ??= {}) : {}
    for (const [index, own] of simulateTogether(truth, starting, random, known).entries())
      contacts[group[index]!.client] = own
  }
  return contacts
}

/** Clients are dealt out to the nodes. */
export function nodeOf({ nodes = 3 }: Truth, client: number): number {
  return client % nodes
}

export interface Measured extends TimeoutFinding {
  settled: boolean
  /** The clients may be one: no range is said. */
  oneClient: boolean
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
    acceptedError,
  }
  const prior = priorFor(configuredMs, clock)
  const evidence: { clients: Contact[][]; groups: string[] } = { clients: [], groups: [] }
  const remembered = {}
  const rounds: Round[] = []
  const startMs = 1e9 * random()
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
    evidence.clients.push(...simulateRound(truth, round, random, startMs + ms, remembered))
    evidence.groups.push(...pausesMs.map((_, client) => `node ${nodeOf(truth, client)}`))
    const knowledge = infer(evidence.clients, prior, acceptedError)
    const { next, oneClient } = nextStep(plan, evidence, knowledge, rounds.length, random)
    round = next
    if (round !== undefined) continue
    const { finding, settled } = conclude(knowledge, maxMs)
    return { ...finding, settled, oneClient, rounds, clients, ms }
  }
}
