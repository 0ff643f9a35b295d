import { randomBytes } from 'node:crypto'
import type { Cluster } from '../../cluster/index.ts'
import { type TimerConclusion, conclude } from '../../judge/timers/conclude.ts'
import { type ClientRound, evidenceOf } from '../../judge/timers/evidence.ts'
import { infer } from '../../judge/timers/infer.ts'
import {
  clientsFor,
  firstRound,
  isTooLate,
  latenessOf,
  type MeasurePlan,
  mostClients,
  nextStep,
  type Round,
} from '../../judge/timers/plan.ts'
import { type Prior, priorFor } from '../../judge/timers/prior.ts'
import { hostAndPort } from '../../model/common/network/ip.ts'
import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import type { TimeoutResult, TimeoutRound } from '../../model/probe/results/timeout-result.ts'
import { fewestThrough } from '../plan/entries/eligible.ts'
import { UserError } from '../../model/common/user-error.ts'
import { observe, podsOf } from '../run/observe.ts'
import { takeEach } from '../run/stream.ts'
import { endpointsBehind } from '../plan/entries/behind.ts'
import { findEntries } from '../plan/entries/find.ts'
import { originWords } from '../plan/origin.ts'
import { planProbe, type ProbePlan } from '../plan/plan.ts'
import { examineService, type ProbeSubject } from '../plan/preflight.ts'
import { Recogniser } from '../count/recognise.ts'
import type { MeasureStep, RunControl } from '../steps.ts'
import type { Measured, MeasureOptions } from './options.ts'
import { timeoutResult } from './result.ts'
import { RoundCollector } from './round.ts'
import { announcement, lateWords, roundSeconds, roundWords } from './words.ts'

/**
 * Measures the affinity timeout of a Service: rounds of client pods that pause, each planned from what is known by
 * then, until the answer is sure. Each round is a run of its own, whose Job is removed on every way out; the result is one step
 * of the stream, before the last of these removals.
 * Rejects with UserError for what the user can mend, with the errors of src/cluster, or with the reason of
 * `interrupted` when nothing had been observed yet.
 */
export async function* measureTimeout(
  cluster: Cluster,
  options: MeasureOptions,
  measured: Measured,
  control: RunControl,
): AsyncGenerator<MeasureStep, void, undefined> {
  const { service, slices } = measured
  const subject = examineService(service, slices, options.port, options.protocol)
  const { entries, notes } = await findEntries(cluster, service, subject, options, control.interrupted)
  const [entry, ...others] = entries
  if (entry === undefined)
    throw new UserError(`service/${options.service} has no such way in`, { hints: notes })
  if (others.length > 0)
    yield {
      kind: 'note',
      text: `of ${entries.length} ways in one is measured: ${hostAndPort(entry.host, entry.port)}`,
    }
  yield* new Measurement(cluster, options, { measured, subject, entry }, control).run()
}

/** What is measured, and where it is entered. */
interface Place {
  measured: Measured
  subject: ProbeSubject
  entry: SurveyEntry
}

class Measurement {
  readonly #cluster: Cluster
  readonly #options: MeasureOptions
  readonly #place: Place
  readonly #control: RunControl
  readonly #plan: MeasurePlan
  readonly #prior: Prior
  readonly #recogniser: Recogniser
  readonly #startedAt = new Date().toISOString()
  readonly #begunMs = performance.now()
  readonly #rounds: TimeoutRound[] = []
  readonly #collectors: RoundCollector[] = []
  #runs: ClientRound[] = []
  #runId = ''
  #scheme: Scheme | 'auto'
  #oneClient = false
  /** Why there is not the round that could have followed. */
  #notMade: string | undefined

  constructor(cluster: Cluster, options: MeasureOptions, place: Place, control: RunControl) {
    this.#cluster = cluster
    this.#options = options
    this.#place = place
    this.#control = control
    const { policy } = place.subject.service
    const configuredMs = policy.kind === 'none' ? undefined : policy.timeoutSeconds * 1000
    this.#plan = {
      ...(configuredMs === undefined ? {} : { configuredMs }),
      ...(options.proxy === undefined ? {} : { clock: options.proxy.clock }),
      maxMs: options.maxMs,
      clients: options.clients ?? clientsFor(this.#fewest(), options.acceptedError),
      mostClients: options.clients ?? mostClients,
      acceptedError: options.acceptedError,
    }
    this.#prior = priorFor(configuredMs, options.proxy?.clock)
    const { told, agent } = this.#asked()
    this.#recogniser = new Recogniser(options.identify, told)
    this.#scheme = agent.targets[0]?.scheme ?? 'auto'
  }

  async *run(): AsyncGenerator<MeasureStep, void, undefined> {
    if (this.#fewest() < 2) {
      // Nothing that a pod could find out.
      yield { kind: 'result', result: this.#result(undefined) }
      return
    }
    let next: Round | undefined = firstRound(this.#plan, Math.random)
    while (next !== undefined) next = yield* this.#playRound(next)
  }

  /** What a usual probe would do, of which a round does parts. */
  #asked(): ProbePlan {
    const { subject, entry } = this.#place
    return planProbe(this.#options, subject, { entries: [entry] })
  }

  /** Returns the next round; undefined once the result was told. */
  async *#playRound(round: Round): AsyncGenerator<MeasureStep, Round | undefined, undefined> {
    const { interrupted, abandoned } = this.#control
    const { image } = this.#place.measured
    const number = this.#rounds.length + 1
    const runId = randomBytes(4).toString('hex')
    const origin = { kind: 'job', image } as const
    if (number === 1) {
      this.#runId = runId
      const from = originWords(origin, this.#options, runId)
      for (const text of announcement(this.#place.entry, this.#plan, from, round))
        yield { kind: 'note', text }
    }
    this.#rounds.push({
      purpose: round.purpose,
      clients: round.pausesMs.length,
      longestMs: Math.max(...round.pausesMs.flat()),
    })
    const { entry } = this.#place
    const [slices, recogniser] = [this.#slices(), this.#recogniser]
    const collector = new RoundCollector({ number, round, entry, slices, recogniser })
    this.#collectors.push(collector)
    const pods = podsOf(this.#options, this.#planOf(round, runId), origin)
    const learning = this.#learn(collector, round)
    let learned: { next?: Round } | undefined
    try {
      yield* takeEach(
        (failed) => {
          const control = { interrupted: AbortSignal.any([interrupted, failed]), abandoned }
          return observe(this.#cluster, this.#options, { pods }, control)
        },
        async function* (event): AsyncGenerator<MeasureStep> {
          // Who was stopped before it asked says nothing of its image.
          if (event.kind === 'ended' && interrupted.aborted) return
          yield* collector.take(event)
          if (event.kind === 'all-ended') learned = yield* learning
        },
      )
    } catch (error) {
      if (learned !== undefined) throw error
      yield* this.#endBefore(error)
      return undefined
    }
    if (learned === undefined) throw new Error('a round ended without a result')
    return learned.next
  }

  /** What the clients of a round are told. */
  #planOf(round: Round, runId: string): Parameters<typeof podsOf>[1] {
    const { requests: _, durationMs: __, ...agent } = this.#asked().agent
    const targets = agent.targets.map((target) => ({ ...target, scheme: this.#scheme }))
    const { pausesMs, waitsMs } = round
    const longest = Math.max(...pausesMs.map((pauses) => pauses.length))
    return {
      runId,
      agent: { ...agent, targets, keepAlive: false, pausesMs, waitsMs },
      clients: pausesMs.length,
      maxRunSeconds: Math.ceil(roundSeconds(round) + ((longest + 1) * this.#options.timeoutMs) / 1000) + 10,
    }
  }

  /** Tells what earlier rounds showed where this one could not be made, for want of pods above all. */
  *#endBefore(error: unknown): Generator<MeasureStep, void, undefined> {
    if (this.#runs.length === 0 || this.#control.interrupted.aborted || !(error instanceof UserError))
      throw error
    this.#notMade = `round ${this.#rounds.length} could not be made: ${error.message}`
    yield { kind: 'note', text: this.#notMade }
    this.#rounds.pop()
    this.#collectors.pop()
    const { clients } = evidenceOf(this.#runs)
    const knowledge = infer(clients, this.#prior, this.#options.acceptedError)
    yield { kind: 'result', result: this.#result(conclude(knowledge, this.#options.maxMs)) }
  }

  /** As last heard. */
  #slices(): readonly EndpointSlice[] {
    return this.#collectors.at(-1)?.slices ?? this.#place.measured.slices
  }

  /** Takes in what a round showed, and tells what comes next, or the result. */
  *#learn(collector: RoundCollector, round: Round): Generator<MeasureStep, { next?: Round }, undefined> {
    const { interrupted } = this.#control
    const runs = collector.runs()
    this.#runs = [...this.#runs, ...runs]
    if (interrupted.aborted && this.#runs.length === 0) throw interrupted.reason
    this.#scheme = collector.scheme ?? this.#scheme
    const evidence = evidenceOf(this.#runs)
    const knowledge = infer(evidence.clients, this.#prior, this.#options.acceptedError)
    const conclusion = conclude(knowledge, this.#options.maxMs)
    const rounds = this.#rounds.length
    const isBlind = evidence.trials.every((trial) => trial.round !== rounds)
    const { next, oneClient } = nextStep(this.#plan, evidence, knowledge, rounds, Math.random)
    this.#oneClient = oneClient
    const lateMs = latenessOf(round, runs)
    const isLate = next !== undefined && isTooLate(lateMs, knowledge, rounds)
    if (isLate) this.#notMade = lateWords(lateMs)
    if (next === undefined || isLate || interrupted.aborted || isBlind || this.#isNotToldApart()) {
      const known = evidence.trials.length === 0 ? undefined : conclusion
      yield { kind: 'result', result: this.#result(known) }
      return {}
    }
    yield { kind: 'note', text: roundWords(rounds, evidence.trials, conclusion, next) }
    return { next }
  }

  #result(conclusion: TimerConclusion | undefined): TimeoutResult {
    return timeoutResult({
      runId: this.#runId,
      startedAt: this.#startedAt,
      totalMs: performance.now() - this.#begunMs,
      options: this.#options,
      image: this.#place.measured.image.image,
      ...this.#place,
      endpoints: endpointsBehind(this.#slices(), this.#place.entry),
      eligible: this.#collectors.length === 0 ? this.#fewest() : this.#mostEligible(),
      rounds: this.#rounds,
      collectors: this.#collectors,
      scheme: this.#scheme,
      evidence: evidenceOf(this.#runs, absoluteMs(conclusion)),
      conclusion,
      oneClient: this.#oneClient,
      notToldApart: this.#isNotToldApart(),
      interrupted: this.#control.interrupted.aborted,
      notMade: this.#notMade,
    })
  }

  /** Answers that name nobody stand for pods as long as there are several, and no more than there were endpoints. */
  #isNotToldApart(): boolean {
    const backends = this.#collectors.flatMap((collector) => collector.backends)
    const anonymous = backends.filter(({ by }) => by === 'anonymous')
    if (anonymous.length === 0) return false
    const distinct = new Set(backends.map(({ key }) => key)).size
    const known = Math.max(
      ...this.#collectors.flatMap(({ clients }) => clients.map(({ view }) => view.history.everReady)),
    )
    return distinct < 2 || distinct > known
  }

  #fewest(): number {
    const { subject, entry } = this.#place
    return fewestThrough(entry, subject.slices)
  }

  #mostEligible(): number {
    const counts = this.#collectors.flatMap(({ clients }) => clients.map(({ view }) => view.history.eligible))
    return Math.max(...counts)
  }
}

/** Where an absolute timer was found: the middle of what is left of it. */
function absoluteMs(conclusion: TimerConclusion | undefined): number | undefined {
  if (conclusion?.finding.kind !== 'absolute') return undefined
  const { fromMs, toMs = fromMs } = conclusion.finding
  return (fromMs + toMs) / 2
}
