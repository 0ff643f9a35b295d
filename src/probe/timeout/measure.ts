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
import { type Endpoint, endpointsOfPort } from '../../model/cluster/endpoint.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { TimeoutResult, TimeoutRound } from '../../model/probe/results/timeout-result.ts'
import { runClients } from '../run/clients/run.ts'
import { fewestEligible } from '../../model/affinity/eligible.ts'
import { type EndpointsEvent, followEndpoints } from '../run/endpoint-watch.ts'
import { originWords } from '../plan/origin.ts'
import { UserError } from '../../model/common/user-error.ts'
import { planProbe } from '../plan/plan.ts'
import { examineService, type ProbeSubject } from '../plan/preflight.ts'
import { Recogniser } from '../count/recognise.ts'
import type { Measured, MeasureOptions } from './options.ts'
import { timeoutResult } from './result.ts'
import { RoundCollector } from './round.ts'
import { announcement, lateWords, roundSeconds, roundWords, waitingWords } from './words.ts'

export interface MeasureProgress {
  stage: (text: string) => void
  note: (text: string) => void
  /** Something that takes until a time of performance.now(), in milliseconds. */
  wait: (text: string, untilMs: number) => void
}

export interface MeasureSurroundings {
  progress: MeasureProgress
  /** Stop, clean up, and report what is known so far. */
  interrupted: AbortSignal
  /** Do not even clean up any more. */
  abandoned: AbortSignal
  /** Called with the result before the last clean-up, so that nobody waits for it. */
  report: (result: TimeoutResult) => Promise<void>
}

/**
 * Measures the affinity timeout of a Service: rounds of client pods that pause, each planned from what is known by
 * then, until the answer is sure. Each round is a Job that is removed on every way out.
 * Rejects with UserError for what the user can mend, with the errors of src/cluster, or with the reason of
 * `interrupted` when nothing had been observed yet.
 */
export async function measureTimeout(
  cluster: Cluster,
  options: MeasureOptions,
  measured: Measured,
  surroundings: MeasureSurroundings,
): Promise<TimeoutResult> {
  const measurement = new Measurement(cluster, options, measured, surroundings)
  return await measurement.run()
}

class Measurement {
  readonly #cluster: Cluster
  readonly #options: MeasureOptions
  readonly #measured: Measured
  readonly #surroundings: MeasureSurroundings
  readonly #subject: ProbeSubject
  readonly #plan: MeasurePlan
  readonly #prior: Prior
  readonly #recogniser: Recogniser
  readonly #startedAt = new Date().toISOString()
  readonly #begunMs = performance.now()
  readonly #rounds: TimeoutRound[] = []
  readonly #collectors: RoundCollector[] = []
  #runs: ClientRound[] = []
  #endpoints: readonly Endpoint[]
  #runId = ''
  #scheme: Scheme | 'auto'
  #oneClient = false
  #watchTrouble: Error | undefined
  /** Why there is not the round that could have followed. */
  #notMade: string | undefined

  constructor(
    cluster: Cluster,
    options: MeasureOptions,
    measured: Measured,
    surroundings: MeasureSurroundings,
  ) {
    this.#cluster = cluster
    this.#options = options
    this.#measured = measured
    this.#surroundings = surroundings
    this.#subject = examineService(measured.service, measured.slices, options.port, options.protocol)
    const { policy } = this.#subject.service
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
    const { told, agent } = planProbe(options, this.#subject)
    this.#recogniser = new Recogniser(options.identify, told)
    this.#endpoints = endpointsOfPort(measured.slices, this.#subject.service.portName)
    this.#scheme = agent.targets[0]?.scheme ?? 'auto'
  }

  async run(): Promise<TimeoutResult> {
    const { interrupted, report } = this.#surroundings
    if (this.#fewest() < 2) {
      // Nothing that a pod could find out.
      const result = this.#result(undefined)
      await report(result)
      return result
    }
    const watching = new AbortController()
    this.#followEndpoints(AbortSignal.any([interrupted, watching.signal]))
    try {
      let next: Round | TimeoutResult = firstRound(this.#plan, Math.random)
      while ('pausesMs' in next) next = await this.#playRound(next)
      return next
    } finally {
      watching.abort()
    }
  }

  /** Resolves with the next round, or with the result once it has been reported. */
  async #playRound(round: Round): Promise<Round | TimeoutResult> {
    const { progress, interrupted, abandoned, report } = this.#surroundings
    const { namespace, node, podRunningTimeoutMs, waitsForImage = false, timeoutMs, service } = this.#options
    const number = this.#rounds.length + 1
    const { image } = this.#measured
    const runId = randomBytes(4).toString('hex')
    if (number === 1) {
      this.#runId = runId
      const from = originWords({ kind: 'job', image }, this.#options, runId)
      for (const line of announcement(this.#subject, this.#plan, from, round)) progress.note(line)
    }
    const clients = round.pausesMs.length
    this.#rounds.push({ purpose: round.purpose, clients, longestMs: Math.max(...round.pausesMs.flat()) })
    const collector = this.#newCollector(number, round)
    const { requests: _, durationMs: __, ...agent } = planProbe(this.#options, this.#subject).agent
    const targets = agent.targets.map((target) => ({ ...target, scheme: this.#scheme }))
    const longest = Math.max(...round.pausesMs.map((pauses) => pauses.length))
    const spec = {
      runId,
      namespace,
      target: `service/${service}`,
      image,
      agent: { ...agent, targets, keepAlive: false, pausesMs: round.pausesMs, waitsMs: round.waitsMs },
      clients,
      ...(node === undefined ? {} : { node }),
      maxRunSeconds: Math.ceil(roundSeconds(round) + ((longest + 1) * timeoutMs) / 1000) + 10,
      podRunningTimeoutMs,
      waitsForImage,
    }
    let next: Round | TimeoutResult | undefined
    const failed = new AbortController()
    const stopped = AbortSignal.any([interrupted, failed.signal])
    let failure: { error: unknown } | undefined
    const events = runClients(this.#cluster, spec, { interrupted: stopped, abandoned })
    try {
      for await (const event of events) {
        // What is left after a failure is the clean-up, and what it has to say.
        if (event.kind === 'note') progress.note(event.text)
        else if (failure === undefined) {
          try {
            collector.take(event)
            if (event.kind !== 'all-ended') continue
            next = this.#learn(collector, round)
            if (!('pausesMs' in next)) await report(next)
          } catch (error) {
            failure = { error }
            failed.abort(error)
          }
        }
      }
    } catch (error) {
      failure ??= { error }
    }
    if (failure !== undefined) return await this.#endBefore(failure.error)
    if (next === undefined) throw new Error('a round ended without a result')
    return next
  }

  /** Reports what earlier rounds showed where this one could not be made, for want of pods above all. */
  async #endBefore(error: unknown): Promise<TimeoutResult> {
    const { progress, report, interrupted } = this.#surroundings
    if (this.#runs.length === 0 || interrupted.aborted || !(error instanceof UserError)) throw error
    this.#notMade = `round ${this.#rounds.length} could not be made: ${error.message}`
    progress.note(this.#notMade)
    this.#rounds.pop()
    this.#collectors.pop()
    const { clients } = evidenceOf(this.#runs)
    const knowledge = infer(clients, this.#prior, this.#options.acceptedError)
    const result = this.#result(conclude(knowledge, this.#options.maxMs))
    await report(result)
    return result
  }

  #newCollector(number: number, round: Round): RoundCollector {
    const { progress } = this.#surroundings
    const collector = new RoundCollector({
      number,
      clients: round.pausesMs.length,
      subject: this.#subject,
      endpoints: this.#endpoints,
      recogniser: this.#recogniser,
      onStage: progress.stage,
      onNote: progress.note,
      onBegun: () =>
        progress.wait(waitingWords(number, round), performance.now() + roundSeconds(round) * 1000),
    })
    this.#collectors.push(collector)
    return collector
  }

  /** Takes in what a round showed, and says what comes next. */
  #learn(collector: RoundCollector, round: Round): Round | TimeoutResult {
    const { interrupted, progress } = this.#surroundings
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
      return this.#result(evidence.trials.length === 0 ? undefined : conclusion)
    }
    progress.note(roundWords(rounds, evidence.trials, conclusion, next))
    return next
  }

  #result(conclusion: TimerConclusion | undefined): TimeoutResult {
    return timeoutResult({
      runId: this.#runId,
      startedAt: this.#startedAt,
      totalMs: performance.now() - this.#begunMs,
      options: this.#options,
      image: this.#measured.image.image,
      subject: this.#subject,
      measured: this.#measured,
      endpoints: this.#endpoints,
      eligible: this.#collectors.length === 0 ? this.#fewest() : this.#mostEligible(),
      rounds: this.#rounds,
      collectors: this.#collectors,
      scheme: this.#scheme,
      evidence: evidenceOf(this.#runs, absoluteMs(conclusion)),
      conclusion,
      oneClient: this.#oneClient,
      notToldApart: this.#isNotToldApart(),
      interrupted: this.#surroundings.interrupted.aborted,
      watchTrouble: this.#watchTrouble,
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
      ...this.#collectors.flatMap(({ clients }) => clients.map(({ history }) => history.everReady)),
    )
    return distinct < 2 || distinct > known
  }

  #fewest(): number {
    return fewestEligible(this.#subject.endpoints, this.#subject.localOnly ? 'Local' : 'Cluster')
  }

  #mostEligible(): number {
    const counts = this.#collectors.flatMap(({ clients }) => clients.map(({ history }) => history.eligible))
    return Math.max(...counts)
  }

  #followEndpoints(signal: AbortSignal): void {
    const { name, portName } = this.#subject.service
    const take = (event: EndpointsEvent): void => {
      if (event.kind === 'watch-trouble') {
        this.#watchTrouble = event.error
        return
      }
      const endpoints = endpointsOfPort(event.slices, portName)
      this.#endpoints = endpoints
      this.#recogniser.update(endpoints)
      this.#collectors.at(-1)?.onEndpoints(endpoints, event.heardAt)
    }
    const { namespace } = this.#options
    followEndpoints(this.#cluster, { namespace, services: [name] }, take, signal)
  }
}

/** Where an absolute timer was found: the middle of what is left of it. */
function absoluteMs(conclusion: TimerConclusion | undefined): number | undefined {
  if (conclusion?.finding.kind !== 'absolute') return undefined
  const { fromMs, toMs = fromMs } = conclusion.finding
  return (fromMs + toMs) / 2
}
