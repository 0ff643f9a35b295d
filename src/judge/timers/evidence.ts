import type { TimeoutResult, TimeoutTrial } from '../../model/probe/results/timeout-result.ts'
import type { Contact, Contacts } from './contact.ts'

/** One request of a client, as it is known after the round. */
export interface TimedAnswer {
  /** Milliseconds since the client's first request. */
  atMs: number
  latencyMs: number
  answered: boolean
  /** Who answered; undefined where nobody is recognised. */
  backend?: string
  /** Endpoints that the proxy on the client's node could pick from, the fewest around this time. */
  eligible: number
  /** The backend of the answer before was no usable endpoint any more. */
  previousGone?: boolean
}

/** What one client pod of one round did. */
export interface ClientRound {
  round: number
  client: number
  node: string
  address: string
  /** The address that pods saw, where their answers say one. */
  seenAddress?: string
  /** The node's clock at the first request, in milliseconds since 1970. */
  epochMs: number
  /** How long before its first request the client opened its first connection, in milliseconds. */
  earlierMs: number
  answers: readonly TimedAnswer[]
}

export interface TimerEvidence {
  clients: Contacts[]
  /** Of each of them: who may share an address with it. Those that pods saw behind the same one; where they saw none, those of the node. */
  groups: string[]
  trials: TimeoutTrial[]
  discarded: TimeoutResult['discarded']
}

/**
 * Turns what clients saw into contacts, by source address and node: a pod that got the address of one before it is the
 * same client to the proxy. What follows a failure or an answer of nobody known is left out, for that client: it is not
 * known what the proxy made of it.
 * @param absoluteMs an absolute timer, if that is what the proxy has: trials then say how old the entry was
 */
export function evidenceOf(runs: readonly ClientRound[], absoluteMs?: number): TimerEvidence {
  const evidence: TimerEvidence = {
    clients: [],
    groups: [],
    trials: [],
    discarded: { failed: 0, unrecognised: 0, endpointGone: 0 },
  }
  const bySource = Map.groupBy(runs, ({ node, address }) => `${node} ${address}`)
  for (const ofSource of bySource.values()) {
    const contacts: Contact[] = []
    const seen: Seen = { contacts, madeMs: 0, absoluteMs }
    let isLost = false
    for (const run of ofSource.toSorted((a, b) => a.epochMs - b.epochMs)) {
      for (const [index, answer] of run.answers.entries()) {
        if (answer.backend === undefined) {
          evidence.discarded[answer.answered ? 'unrecognised' : 'failed'] += 1
          isLost = true
        }
        if (isLost) continue
        add(evidence, seen, run, index)
      }
    }
    evidence.clients.push(contacts)
    evidence.groups.push(ofSource[0]?.seenAddress ?? ofSource[0]?.node ?? '')
  }
  return evidence
}

interface Seen {
  contacts: Contact[]
  /** When the entry was made, as far as the timer is right. */
  madeMs: number
  absoluteMs: number | undefined
}

function add(evidence: TimerEvidence, seen: Seen, run: ClientRound, index: number): void {
  const { contacts, absoluteMs } = seen
  const { atMs, latencyMs, backend = '', eligible, previousGone } = run.answers[index]!
  const fromMs = run.epochMs + atMs
  const before = contacts.at(-1)
  const same = before?.backend === backend
  // With no endpoint to pick from around this time, nobody knows who picked it, or how.
  const forced = before !== undefined && ((previousGone === true && !same) || eligible < 1)
  contacts.push({
    fromMs,
    toMs: fromMs + pickWithin(latencyMs),
    backend,
    eligible: Math.max(1, eligible),
    ...(forced ? { forced } : {}),
    ...(index === 0 && run.earlierMs > 0 ? { sinceMs: fromMs - run.earlierMs } : {}),
  })
  const ageMs = fromMs - seen.madeMs
  if (!same || ageMs > (absoluteMs ?? 0)) seen.madeMs = fromMs
  if (forced) evidence.discarded.endpointGone += 1
  if (before === undefined || forced) return
  evidence.trials.push({
    round: run.round,
    client: run.client,
    pauseMs: fromMs - before.fromMs,
    ...(absoluteMs === undefined ? {} : { ageMs }),
    same,
  })
}

/** Until then a packet that opens a connection is not sent again, in milliseconds (RFC 6298: 1 s). */
const retransmissionMs = 900
/** How late that packet may leave on a busy machine, in milliseconds. */
const lateMs = 50

/** The proxy picks when the first packet of a connection passes it: right at the start, unless that packet was lost. */
function pickWithin(latencyMs: number): number {
  return latencyMs < retransmissionMs ? Math.min(latencyMs, lateMs) : latencyMs
}
