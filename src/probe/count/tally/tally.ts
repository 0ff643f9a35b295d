import { Course } from '../../../judge/statistics/course.ts'
import type { JudgeInput } from '../../../judge/run/input.ts'
import { stretchesOf } from '../../../judge/run/stretches.ts'
import type { Backend } from '../../../model/probe/backend.ts'
import type { Observation, Outcome } from '../../../model/probe/observation.ts'
import type { Expectation } from '../../../model/affinity/expectation.ts'
import type { CookieEnd, ProbeResult, Recognition } from '../../../model/probe/results/probe-result.ts'
import type { BackendCount } from '../result/backends.ts'
import { Backends, countAnswer } from '../result/backends.ts'
import type { EndpointHistory } from '../endpoints/history.ts'
import { explainSwitches, slackMs } from '../endpoints/explain.ts'
import { Gaps } from './gaps.ts'
import { Histogram } from './histogram.ts'
import { Letters } from '../letters.ts'
import type { RecognisedBackend } from '../recognise.ts'
import { SwitchLog, type SwitchRecord } from './switches.ts'
import { Timeline } from './timeline.ts'
import { defined } from '../../../model/common/values.ts'

/** The parts of a ProbeResult that follow from the observations and the endpoints. */
export interface TallyResult extends Pick<
  ProbeResult,
  'recognition' | 'backends' | 'totals' | 'latency' | 'outcomes' | 'timeline' | 'switches' | 'endpointChanges'
> {
  /** The part of the judge's input that the observations decide. */
  evidence: TallyEvidence
}

type TallyExpectation = Pick<Expectation, 'idleMs' | 'earlyMs' | 'isAbsolute' | 'isFirstFree'>

export type TallyEvidence = Omit<
  JudgeInput,
  'expectation' | 'acceptedError' | 'interrupted' | 'agentTotals' | 'unheard'
>

/** What came of an observation. */
export interface Counting {
  /** Who answered, if that is known. */
  backend?: Backend
  /** The answer came from another backend than the one before. */
  switched?: SwitchRecord
}

/** When a connection was made, and answered. */
interface Span {
  atMs: number
  endMs: number
}

/** A silence this much shorter than the timeout may have been long enough, by the clocks of the client and of the proxy. */
const silenceSlackMs = 100

/** What is kept of a run's course: by one tally at most, by all of a survey, and by each in any case. Even numbers. */
const timelineCells = { one: 4096, all: 65_536, each: 64 }
/** The same for the blocks of picks that the judge looks at. */
const courseBlocks = { one: 1024, all: 16_384, each: 32 }
/** The same for the first and for the last switches. */
const switches = { one: 500, all: 10_000, each: 20 }

/**
 * Adds up the observations of a run in bounded memory, however long it is.
 *
 * Only a new connection is a pick: the proxy decides once per connection. As long as a run has but one connection, its
 * answers are compared too, because an answer from another backend shows that something decides per request.
 *
 * Answers that name nobody count as anonymous backends until the first one is recognised by its cookie or by name; from then on, and
 * in hindsight, they are unrecognised: an error page among answers of pods is not a backend. So are those that only a cookie is known of,
 * once answers name pods.
 */
export class Tally {
  /** From when on an entry may be over. */
  readonly #lifeMs: number
  readonly #isAbsolute: boolean
  /** Answers that count for nobody's order. */
  #free: number
  readonly #outcomes = new Map<Outcome, number>()
  /** Of all answers, also of those of nobody known. */
  readonly #statuses = new Map<number, number>()
  readonly #latency = new Histogram()
  readonly #timeline: Timeline
  readonly #keptSwitches: number
  readonly #keptBlocks: number
  #course: Course
  readonly #gaps = new Gaps()
  readonly #letters: Letters
  #backends: Backends
  #switches: SwitchLog
  #by: Recognition['by'] = 'none'
  #source: string | undefined
  #recognised = 0
  #requests = 0
  #connections = 0
  #number = 0
  #endMs = 0
  /** True once answers on the only connection came from different backends. */
  #perRequest = false
  /** The last answer that was compared. */
  #previous: { key: string; entry: BackendCount; atMs: number } | undefined
  /**
   * Connections that were answered, so that a proxy saw them, at some moment until then: of those that were answered before the
   * next one began the last, and all that were not. One that failed may never have come to a proxy.
   */
  #seen: Span[] = []
  /** The last connection that was surely seen before the present one was made at, and the one that picked the pod at the earliest. */
  #seenMs = 0
  #pickedMs = 0
  /** What may have ended the entry since the last pick that was recognised. */
  #over: Pick<SwitchRecord, 'silentMs' | 'ageMs'> | undefined
  /** The cookie that held until the last pick that was recognised, where its life was over since; undefined otherwise. */
  #ended: CookieEnd | undefined

  /**
   * @param tallies how many of them share the memory of one: each of many keeps less detail, and all counts
   * @param letters those of all of them
   */
  constructor(
    { idleMs = Infinity, earlyMs = 0, isAbsolute = false, isFirstFree = false }: TallyExpectation,
    { tallies = 1, letters = new Letters() }: { tallies?: number; letters?: Letters } = {},
  ) {
    this.#free = isFirstFree ? 1 : 0
    this.#letters = letters
    this.#backends = new Backends(letters)
    this.#timeline = new Timeline(shareOf(timelineCells, tallies))
    this.#keptSwitches = shareOf(switches, tallies)
    this.#switches = new SwitchLog(this.#keptSwitches)
    this.#keptBlocks = shareOf(courseBlocks, tallies)
    this.#course = new Course(this.#keptBlocks)
    this.#lifeMs = idleMs - earlyMs - silenceSlackMs
    this.#isAbsolute = isAbsolute
  }

  /**
   * Counts the next observation. They come in the order of their numbers, in which the requests were started; one that
   * comes again is ignored.
   * @param ended the cookie that should hold it and was not sent, as its life was over
   */
  add(observation: Observation, recognised?: RecognisedBackend, ended?: CookieEnd): Counting {
    const { number, atMs, latencyMs, outcome, newConnection, status } = observation
    if (number <= this.#number) return {}
    this.#number = number
    this.#requests += 1
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    this.#endMs = Math.max(this.#endMs, atMs + latencyMs)
    if (outcome === 'answered') this.#latency.add(latencyMs)
    if (status !== undefined) this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
    if (newConnection) this.#noteConnection(observation)
    this.#ended = ended ?? this.#ended
    const entry = this.#entryOf(recognised)
    const mark = { atMs, endMs: atMs + latencyMs, failed: outcome !== 'answered' }
    if (entry === undefined || recognised === undefined) {
      if (newConnection) this.#miss(atMs)
      this.#timeline.add({ ...mark, switched: false, binding: false })
      return {}
    }
    this.#recognised += 1
    countAnswer(entry, observation)
    const { index, backend } = entry
    const isFree = this.#free > 0
    if (isFree) this.#free -= 1
    const { switched, binding } = isFree
      ? { switched: undefined, binding: false }
      : this.#compare(observation, recognised.key, entry)
    const place = { index, letter: backend.letter }
    this.#timeline.add({ ...mark, switched: switched !== undefined, binding, backend: place })
    return defined({ backend, switched })
  }

  /** Gives its letters back: another one takes its place. */
  forget(): void {
    this.#backends.forget()
  }

  /** Who answered, for adding up several tallies. */
  get entries(): readonly BackendCount[] {
    return this.#backends.entries
  }

  /** The times of all answers. */
  get latency(): Histogram {
    return this.#latency
  }

  /** How requests ended so far. */
  get outcomes(): ReadonlyMap<Outcome, number> {
    return this.#outcomes
  }

  /** How many answers had which HTTP status. */
  get statuses(): ReadonlyMap<number, number> {
    return this.#statuses
  }

  /** Changes of the backend so far. */
  get switchCount(): number {
    return this.#switches.count
  }

  /** Connections so far, and when the last request ended. */
  get connections(): number {
    return this.#connections
  }

  get endMs(): number {
    return this.#endMs
  }

  /** Observations that were added. */
  get requests(): number {
    return this.#requests
  }

  /**
   * All that is known, also on the way: it takes a few milliseconds at most.
   *
   * @param made requests that the agent says it made; by default as many as the highest number that arrived
   */
  result(history: EndpointHistory, made = this.#number): TallyResult {
    const { switches, gone, freed } = explainSwitches(this.#switches, history.reasons, (atMs) =>
      history.nobodyReady(atMs),
    )
    const course = this.#course.blocks()
    const answered = this.#outcomes.get('answered') ?? 0
    const lost = Math.max(0, made - this.#requests)
    const seconds = this.#endMs / 1000
    return {
      recognition: {
        by: this.#by,
        ...(this.#source === undefined ? {} : { source: this.#source }),
        unrecognised: answered - this.#recognised,
      },
      backends: this.#backends.tallies(),
      totals: {
        requests: this.#requests,
        answered,
        connections: this.#connections,
        lost,
        durationMs: this.#endMs,
        requestsPerSecond: seconds > 0 ? this.#requests / seconds : 0,
        statuses: Object.fromEntries(this.#statuses),
      },
      latency: this.#latency.latency(),
      outcomes: Object.fromEntries(this.#outcomes),
      timeline: this.#timeline.cells(),
      switches,
      endpointChanges: history.changes,
      evidence: {
        eligibleEndpoints: history.eligible,
        knownEndpoints: history.everReady,
        endpointsChanged: history.changed,
        answers: this.#recognised,
        pickHits: this.#backends.entries.map((entry) => (this.#perRequest ? entry.hits : entry.picks)),
        perRequest: this.#perRequest,
        switches: this.#switches.count,
        expiredSwitches: this.#switches.expired + freed,
        goneSwitches: gone,
        bindingPicks: this.#bindingPicks(history),
        course,
        stretches: this.#stretches(course, history),
        missing: this.#gaps.unexplained(switches, history, this.#previous?.entry.backend),
        anonymous: this.#by === 'anonymous' ? 'guessed' : false,
        unrecognised: answered - this.#recognised,
        lost,
      },
    }
  }

  #miss(atMs: number): void {
    this.#course.miss()
    this.#gaps.miss(atMs)
  }

  /** Cut where endpoints changed after the first request. */
  #stretches(course: ReturnType<Course['blocks']>, history: EndpointHistory): JudgeInput['stretches'] {
    const moments = history.changed ? history.changes.map(({ atMs }) => atMs) : []
    return stretchesOf(course, moments, slackMs, (fromMs, toMs) => history.fewest(fromMs, toMs))
  }

  #noteConnection({ atMs, latencyMs, outcome }: Observation): void {
    this.#connections += 1
    if (outcome !== 'answered') return
    const endMs = atMs + latencyMs
    const [first] = this.#seen
    if (first === undefined) this.#pickedMs = atMs
    const lastUntil = (ms: number): number =>
      this.#seen.reduce((last, one) => (one.endMs <= ms ? Math.max(last, one.atMs) : last), -Infinity)
    // Of those that overlap any may have come first.
    this.#seenMs = Math.max(lastUntil(endMs), first?.atMs ?? atMs)
    const surely = lastUntil(atMs)
    this.#seen = [...this.#seen.filter((one) => one.atMs >= surely), { atMs, endMs }]
    const silentMs = endMs - this.#seenMs
    const ageMs = endMs - this.#pickedMs
    if (silentMs >= this.#lifeMs) this.#over = { silentMs: Math.max(silentMs, this.#over?.silentMs ?? 0) }
    else if (this.#isAbsolute && ageMs >= this.#lifeMs) this.#over ??= { ageMs }
  }

  /** The entry of a backend, unless others are recognised by something that says more. */
  #entryOf(recognised: RecognisedBackend | undefined): BackendCount | undefined {
    if (recognised === undefined) return undefined
    const { by, source } = recognised
    if (weightOf(by) > weightOf(this.#by)) {
      if (this.#by !== 'none') this.#forgetBackends()
      this.#by = by
      this.#source = by === 'anonymous' ? undefined : source
    }
    return weightOf(by) === weightOf(this.#by) ? this.#backends.of(recognised) : undefined
  }

  #forgetBackends(): void {
    this.#backends.forget()
    this.#backends = new Backends(this.#letters)
    this.#switches = new SwitchLog(this.#keptSwitches)
    this.#course = new Course(this.#keptBlocks)
    // The answers until now are of nobody known.
    for (let pick = 0; pick < this.#recognised; pick++) this.#miss(this.#endMs)
    this.#timeline.forgetBackends()
    this.#recognised = 0
    this.#perRequest = false
    this.#previous = undefined
  }

  /** Compares an answer with the one before it, if it is a pick. */
  #compare(
    { number, atMs, newConnection }: Observation,
    key: string,
    entry: BackendCount,
  ): { switched?: SwitchRecord; binding: boolean } {
    const previous = this.#previous
    const left = previous !== undefined && previous.key !== key ? previous.entry : undefined
    if (!newConnection) {
      if (left !== undefined && this.#connections === 1) this.#perRequest = true
      // Answers on the only connection are picks once one of them shows that something picks for every request.
      if (this.#perRequest || this.#connections === 1) this.#course.pick(entry.index, atMs)
      if (left === undefined || this.#connections > 1) return { binding: false }
    } else {
      if (this.#connections === 2 && !this.#perRequest) this.#restartCourse()
      this.#course.pick(entry.index, atMs)
      this.#gaps.end(left && number)
    }
    this.#previous = { key, entry, atMs }
    const over = newConnection ? this.#over : undefined
    const ended = this.#ended
    this.#ended = undefined
    if (newConnection) {
      entry.picks += 1
      this.#over = undefined
    }
    const binding = previous !== undefined && over === undefined && ended === undefined
    if (left === undefined) return { binding }
    // Of those that failed since then one may have picked it.
    this.#pickedMs = this.#seenMs
    const [from, to] = [left.backend, entry.backend]
    const switched = defined({ number, atMs, previousMs: left.lastMs, from, to, ...over, ended })
    this.#switches.add(switched)
    return { switched, binding }
  }

  /** A second connection: on the first one only its first answer was a pick. */
  #restartCourse(): void {
    const first = this.#course.blocks()[0]
    this.#course = new Course(this.#keptBlocks)
    if (first !== undefined) this.#course.pick(first.first, first.fromMs)
  }

  /** Groups the binding picks by the number of endpoints that could be picked when they were made. */
  #bindingPicks(history: EndpointHistory): JudgeInput['bindingPicks'][number][] {
    const groups = new Map<number, number>()
    this.#timeline.eachBinding((fromMs, toMs, picks) => {
      const eligible = history.nobodyReady(toMs) ? 0 : history.fewest(fromMs - slackMs, toMs + slackMs)
      groups.set(eligible, (groups.get(eligible) ?? 0) + picks)
    })
    return [...groups].map(([eligible, picks]) => ({ eligible, picks }))
  }
}

/** What says more of who answered counts instead of what says less. */
const weightOf = (by: Recognition['by']): number => {
  const least = ['none', 'anonymous', 'cookie'].indexOf(by)
  return least === -1 ? 3 : least
}

function shareOf({ one, all, each }: typeof switches, tallies: number): number {
  return Math.max(each, Math.min(one, 2 * Math.floor(all / tallies / 2)))
}
