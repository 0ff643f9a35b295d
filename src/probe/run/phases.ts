import type { Backend } from '../../model/probe/backend.ts'
import type { Phase, PhaseName } from '../../model/probe/results/during.ts'
import type { BackendTally } from '../../model/probe/results/probe-result.ts'
import { slackMs } from '../count/endpoints/explain.ts'
import type { Observed, ProbeStep } from '../steps.ts'

/** What there has to be before the command and after all is still, in milliseconds and answers to each who asks. */
const leastMs = 2000
const leastAnswers = 20
/** Where nobody answers, so many times as many requests do. */
const mostTimes = 3
/** Before the command more: news of a change may come late, so that what was asked shortly before it tells little. */
const leastBeforeMs = leastMs + slackMs / 2

/** Endpoints that did not change for so long after the command are taken to be still, in milliseconds. */
const stillMs = 3000

interface Counts {
  requests: number
  failed: number
}

interface Counted extends Counts {
  name: PhaseName
  fromMs: number
  toMs: number
  hits: Map<string, number>
  /** By who asks. */
  shares: Map<string, Counts>
}

export interface PhaseActions {
  /** The run is steady: the command can start. */
  start: () => void
  /** All is said. */
  finish: () => void
}

/** Divides a run into what was before a command, during it and after it, and says when to go on. */
export class Phases {
  readonly #actions: PhaseActions
  /** Sessions of all clients. */
  #askers = 1
  /** Who has asked and goes on, with the client that it is of. */
  readonly #asking = new Map<string, number>()
  readonly #phases: [Counted, ...Counted[]] = [begin('before', 0)]
  #nowMs = 0
  /** When enough had been asked: what comes within the slack before the command is no part of it. */
  #enoughMs = Infinity
  #commandEndedMs: number | undefined
  #lastChangeMs = 0
  #finished = false

  constructor(actions: PhaseActions) {
    this.#actions = actions
  }

  take(step: ProbeStep): void {
    if (step.kind === 'planned') this.#askers = step.clients * (step.users + 1)
    else if (step.kind === 'ended') {
      for (const [who, client] of this.#asking)
        if (client === step.client) {
          this.#asking.delete(who)
          this.#askers -= 1
        }
    } else if (step.kind === 'endpoints')
      for (const { atMs } of step.changes) this.#lastChangeMs = Math.max(this.#lastChangeMs, atMs)
    else if (step.kind === 'observed') {
      for (const one of step.seen) this.#count(one)
      this.#pass(step.nowMs)
    }
  }

  #count({ client, session, observation: { atMs, latencyMs, outcome }, backend }: Observed): void {
    // Lines arrive later than what they tell: the phase follows from the time of the request.
    const phase = this.#phases.findLast(({ fromMs }) => atMs >= fromMs) ?? this.#phases[0]
    phase.toMs = Math.max(phase.toMs, atMs + latencyMs)
    const who = `${client} ${session}`
    const share = phase.shares.get(who) ?? { requests: 0, failed: 0 }
    this.#asking.set(who, client)
    phase.shares.set(who, share)
    for (const counts of [phase, share]) {
      counts.requests += 1
      if (outcome !== 'answered') counts.failed += 1
    }
    if (phase.name === 'before')
      this.#enoughMs = this.#isEnough(phase) ? Math.min(this.#enoughMs, atMs) : Infinity
    if (backend !== undefined) phase.hits.set(nameOf(backend), (phase.hits.get(nameOf(backend)) ?? 0) + 1)
  }

  #pass(nowMs: number): void {
    this.#nowMs = nowMs
    const phase = this.#phases.at(-1) ?? this.#phases[0]
    if (phase.name === 'before' && nowMs >= Math.max(leastBeforeMs, this.#enoughMs + slackMs)) {
      this.#phases.push(begin('during', nowMs))
      this.#actions.start()
    } else if (phase.name === 'during' && this.#isStill) this.#phases.push(begin('after', nowMs))
    else if (phase.name === 'after' && this.#isLong(phase) && !this.#finished) {
      this.#finished = true
      this.#actions.finish()
    }
  }

  #isLong(phase: Counted): boolean {
    return this.#isEnough(phase) && this.#nowMs >= phase.fromMs + leastMs
  }

  /** Each is judged by itself, and by answers: one whose pod starts late has yet to be asked when others have been for long. */
  #isEnough({ shares, ...all }: Counted): boolean {
    return (
      isAnswered(all, this.#askers) && [...this.#asking.keys()].every((who) => isAnswered(shares.get(who)))
    )
  }

  /** The command has ended. */
  commandEnded(): void {
    this.#commandEndedMs = this.#nowMs
  }

  /**
   * When the command started and ended, and the phases that were reached.
   * @param backends those of the result, for their letters
   */
  report(backends: readonly BackendTally[]): { startedMs: number; endedMs?: number; phases: Phase[] } {
    const letters = new Map(backends.map(({ backend }) => [nameOf(backend), backend.letter]))
    return {
      startedMs: this.#phases[1]?.fromMs ?? this.#nowMs,
      ...(this.#commandEndedMs === undefined ? {} : { endedMs: this.#commandEndedMs }),
      phases: this.#phases.map(({ name, fromMs, toMs, requests, failed, hits }) => ({
        name,
        fromMs,
        toMs,
        requests,
        failed,
        // Answers that named nobody count until one does.
        backends: [...hits].flatMap(([name, count]) => {
          const letter = letters.get(name)
          return letter === undefined ? [] : [{ letter, hits: count }]
        }),
      })),
    }
  }

  get #isStill(): boolean {
    return (
      this.#commandEndedMs !== undefined &&
      this.#nowMs >= Math.max(this.#commandEndedMs, this.#lastChangeMs) + stillMs
    )
  }
}

function isAnswered({ requests, failed }: Counts = { requests: 0, failed: 0 }, askers = 1): boolean {
  const least = leastAnswers * askers
  return requests - failed >= least || requests >= mostTimes * least
}

function nameOf({ kind, name }: Backend): string {
  return `${kind} ${name}`
}

function begin(name: PhaseName, fromMs: number): Counted {
  return { name, fromMs, toMs: fromMs, requests: 0, failed: 0, hits: new Map(), shares: new Map() }
}
