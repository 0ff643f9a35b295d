import { cookieNames } from '../../model/probe/cookies/configured.ts'
import type { End, TargetEnd } from '../../agent/protocol/protocol.ts'
import type { JudgeInput } from '../../judge/run/input.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Backend } from '../../model/probe/backend.ts'
import type { Observation } from '../../model/probe/observation.ts'
import type { Expectation, Timing } from '../../model/affinity/expectation.ts'
import type { CookieEnd } from '../../model/probe/results/probe-result.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import type { NodeClock } from '../run/clock.ts'
import { type Counted, CountedLog } from './tally/counted.ts'
import { EndpointHistory } from './endpoints/history.ts'
import { eligibleThrough, type EntryClient } from '../plan/entries/eligible.ts'
import { type HeldRange, judgeHeld } from './held.ts'
import { KeptConnection } from './tally/kept.ts'
import type { Claims } from './users/claims.ts'
import { CookieLog } from './users/cookie-log.ts'
import { VisitLog } from './users/visit-log.ts'
import { Letters } from './letters.ts'
import type { RecognisedBackend, Recogniser } from './recognise.ts'
import type { SwitchRecord } from './tally/switches.ts'
import { Tally, type TallyResult } from './tally/tally.ts'
import { defined } from '../../model/common/values.ts'

export interface CellOptions {
  entry: SurveyEntry
  expectation: Expectation
  recogniser: Recogniser
  /** Those of the entry's port and address family. */
  endpoints: readonly Endpoint[]
  /** Keeps so many observations for `reassign`; `unlessNamed`: only where answers do not tell who gave them. */
  keep?: { most: number; unlessNamed: boolean }
  /** How many cells there are in all. */
  cells: number
  /** One connection at a time is kept open, and its life is worth following. */
  followConnection?: boolean
  /** Of all cells. */
  letters?: Letters
  /** Which of the sessions of its client. */
  session?: number
  /** What cookies name, where they are looked at. */
  claims?: Claims
  /** Its requests follow each other, on one connection as long as that lasts. */
  isInTurn?: boolean
  /** Nothing is meant to hold it. */
  isLoose?: boolean
  /** What the same user saw of cookies elsewhere, where it brings them along. */
  cookiesBefore?: CookieLog
  /** What the application counted before, where the user comes back to a place. */
  visitsBefore?: VisitLog
}

/** An observation that was counted. */
export interface Seen {
  cell: Cell
  observation: Observation
  /** Who answered, if that is known. */
  backend?: Backend
  /** The answer came from another backend than the one before. */
  switched?: SwitchRecord
}

/** What is asked of a cell's run. */
export interface Question {
  acceptedError: number
  /** Verdicts that are to hold at once; see `JudgeInput`. */
  verdicts?: number
  /** Names and addresses of endpoints that answered others. */
  heard?: ReadonlySet<string>
  /** Others saw that something picks for every request, also on one connection. */
  isEachPicked?: boolean
}

/** What the judge is told that is not in the answers. */
export interface CellFacts extends Pick<
  JudgeInput,
  'shares' | 'serviceChanges' | 'nameIsShared' | 'isUnconfirmed'
> {
  /** With `serviceChanges`: while the Service stayed as it was, by our clock. */
  held?: readonly HeldRange[]
}

/** Observations that are kept though answers name pods: sockets are seen for a minute. */
const mostNamed = 4096

/** Addresses of a client that are kept; where every answer says another one they tell nothing. */
const mostSeen = 64

/** Too many requests, no pod, no answer of a pod: it may never have been asked. */
const gatewayErrors: ReadonlySet<number> = new Set([429, 502, 503, 504])

const isNamed = (one: RecognisedBackend | undefined): boolean => one !== undefined && one.by !== 'anonymous'

/** What one client observes through one entry, added up. */
export class Cell {
  readonly entry: SurveyEntry
  tally: Tally
  readonly #given: CellOptions
  /** The client's address as backends saw it, with the number of answers that say so. */
  readonly seen = new Map<string, number>()
  #endpoints: readonly Endpoint[]
  #client: EntryClient = { place: 'pod' }
  /** Replaced by what the proxy may pick once the client's node is known. */
  #history: EndpointHistory
  #clock: NodeClock | undefined
  /** Observations before the first of this cell: their numbers run on from target to target. */
  #before: number | undefined
  #done: TargetEnd | undefined
  #expectation: Expectation
  readonly #kept: KeptConnection | undefined
  /** Counts each answer as a pick. */
  #each: Tally | undefined
  /** Who gave the answer before on this connection. */
  #onConnection: string | undefined
  /** Answers on one connection came from different backends. */
  isEachPicked = false
  readonly session: number
  readonly #letters: Letters
  /** Switches since they were asked for last. */
  #fresh: SwitchRecord[] = []
  #mayBeExempt = false
  #isExempt = false
  #raw: Observation[] | undefined
  /** Of these, answers that name a pod, and others. */
  readonly #raws = { named: 0, nameless: 0 }
  #isReassigned = false
  #counted: CountedLog
  #facts: CellFacts = {}
  readonly isLoose: boolean
  readonly cookies: CookieLog
  /** Requests that came without the cookie that should have held them. */
  readonly #ended = new WeakMap<Observation, CookieEnd>()
  readonly visits: VisitLog
  redirects = 0
  /** Answers that came from a cache. */
  cached = 0
  /** Answers that named nobody, by their HTTP status. */
  readonly nameless = new Map<number, number>()

  constructor(options: CellOptions) {
    const { entry, expectation, cells, claims, letters = new Letters() } = options
    this.#given = options
    this.isLoose = options.isLoose ?? false
    const { hostName = '', path = '/' } = entry.front ?? {}
    this.cookies = new CookieLog(claims, options.cookiesBefore, {
      host: hostName.replace(/:\d+$/, '').toLowerCase(),
      path,
    })
    this.visits = new VisitLog(options.visitsBefore)
    this.entry = entry
    this.#expectation = expectation
    this.#raw = options.keep === undefined ? undefined : []
    this.session = options.session ?? 0
    this.#letters = letters
    this.#counted = new CountedLog(cells)
    this.tally = this.#newTally((record) => this.#fresh.push(record))
    this.#each = options.isInTurn === true ? this.#newTally() : undefined
    this.#kept = options.followConnection === true ? new KeptConnection() : undefined
    this.#endpoints = options.endpoints
    this.#history = new EndpointHistory(options.endpoints, this.#eligible())
  }

  #newTally(onSwitch?: (record: SwitchRecord) => void): Tally {
    return new Tally(this.#expectation, {
      tallies: this.#given.cells,
      letters: this.#letters,
      ...defined({ onSwitch }),
    })
  }

  /** When an entry may end is known; nothing was counted yet. */
  settle(timing: Timing): void {
    if (this.#expectation.idleMs === undefined) return
    this.#expectation = { ...this.#expectation, ...timing }
    this.tally = this.#newTally((record) => this.#fresh.push(record))
    if (this.#each !== undefined) this.#each = this.#newTally()
  }

  /** What was found out without the answers. */
  learn(facts: CellFacts): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  /** The client is here. */
  placeAt(client: EntryClient): void {
    this.#client = client
    this.#history = new EndpointHistory(this.#endpoints, this.#eligible())
  }

  /** Its requests begin. */
  start(clock: NodeClock): void {
    this.#clock ??= clock
  }

  /** The endpoints are these since `heardAt` (Date.now). */
  follow(endpoints: readonly Endpoint[], heardAt: number): void {
    this.#endpoints = endpoints
    // Before the first request a change is not one of the run: the run begins with what there is then.
    if (this.#clock === undefined) this.#history = new EndpointHistory(endpoints, this.#eligible())
    else this.#history.update(this.#clock.sinceStart(heardAt), endpoints, this.#eligible())
  }

  /**
   * Counts an observation, and says who answered, if that is known, and what changed with it.
   * @param turn its number among those of this cell, where several take turns
   */
  add(observation: Observation, turn?: number): Seen {
    const { identity, seenAddress, number, target } = observation
    this.#before ??= target === 0 ? 0 : number - 1
    if (seenAddress !== undefined && (this.seen.size < mostSeen || this.seen.has(seenAddress)))
      this.seen.set(seenAddress, (this.seen.get(seenAddress) ?? 0) + 1)
    const recognised = identity === undefined ? undefined : this.#given.recogniser.recognise(identity)
    if (this.#mayBeExempt && recognised?.address !== undefined) this.#noteExemption(recognised.address)
    this.#kept?.add(observation, recognised?.key)
    this.#keepRaw(observation, recognised)
    const own = turn ?? number - this.#before
    const numbered = own === number ? observation : { ...observation, number: own }
    const ended = this.cookies.endedBefore(observation, cookieNames(this.entry.front))
    if (ended !== undefined) this.#ended.set(observation, ended)
    // Answers that look alike may be of several pods.
    const said = recognised?.kind === 'anonymous' ? undefined : recognised
    this.cookies.add(observation, said)
    this.visits.add(observation.counter, said?.name)
    const meant = (isNamed(recognised) ? undefined : this.#meant(observation)) ?? recognised
    const backend = this.tally.add(numbered, meant, ended)
    this.#addInTurn(numbered, meant, ended)
    this.#counted.add(numbered, meant)
    this.#noteFront(observation, meant)
    const [switched] = this.#fresh
    this.#fresh = []
    return {
      cell: this,
      observation,
      ...defined({ backend, switched }),
    }
  }

  /**
   * Whom the cookie names; not for what gateways answer of their own accord, also with a cookie. Any error may be theirs, as 404 while
   * they read their routes again, unless it gives the cookie: that shows that they picked a pod.
   */
  #meant(observation: Observation): RecognisedBackend | undefined {
    const { identity, status = 0 } = observation
    if (identity === undefined || identity.source === 'cache' || gatewayErrors.has(status)) return undefined
    const { cookies } = observation
    const named = this.cookies.named(status < 400 ? observation : defined({ cookies }))
    return named === undefined ? undefined : this.#given.recogniser.named(named)
  }

  #addInTurn(
    observation: Observation,
    recognised: RecognisedBackend | undefined,
    ended: CookieEnd | undefined,
  ): void {
    if (this.#each === undefined) return
    this.#each.add({ ...observation, newConnection: true }, recognised, ended)
    if (observation.newConnection) this.#onConnection = undefined
    if (recognised === undefined) return
    this.#onConnection ??= recognised.key
    if (this.#onConnection !== recognised.key) this.isEachPicked = true
  }

  /** What something in front did of its own accord. */
  #noteFront(
    { redirects = 0, status, identity }: Observation,
    recognised: RecognisedBackend | undefined,
  ): void {
    this.redirects += redirects
    if (identity?.source === 'cache') {
      this.cached += 1
      return
    }
    if (status !== undefined && !isNamed(recognised))
      this.nameless.set(status, (this.nameless.get(status) ?? 0) + 1)
  }

  /** What was kept of a run whose answers, most of them, do not settle who gave them; undefined when they do, or when it is too long. */
  get unattributed(): readonly Observation[] | undefined {
    const { named, nameless } = this.#raws
    const isSettled = this.#facts.nameIsShared !== true && named > nameless
    return isSettled && this.#given.keep?.unlessNamed === true ? undefined : this.#raw
  }

  /** Who answered is known by what the answers say. */
  get isNamedByAnswers(): boolean {
    return !this.#isReassigned && !this.#given.recogniser.hasLearned
  }

  /** Adds everything up anew, with backends that were found out without the answers. */
  reassign(backendOf: (observation: Observation) => RecognisedBackend | undefined): void {
    this.tally.forget()
    const tally = this.#newTally()
    this.#counted = new CountedLog(this.#given.cells)
    for (const observation of this.#raw ?? []) {
      const answered = observation.outcome === 'answered'
      const recognised = answered ? backendOf(observation) : undefined
      tally.add(observation, recognised, this.#ended.get(observation))
      this.#counted.add(observation, recognised)
    }
    this.tally = tally
    this.#isReassigned = true
  }

  #keepRaw(observation: Observation, recognised: RecognisedBackend | undefined): void {
    const raw = this.#raw
    if (raw === undefined || this.#given.keep === undefined) return
    if (isNamed(recognised)) this.#raws.named += 1
    else if (observation.outcome === 'answered') this.#raws.nameless += 1
    const { most, unlessNamed } = this.#given.keep
    const room = unlessNamed && this.#raws.named > 0 ? Math.min(most, mostNamed) : most
    if (raw.length < room) raw.push(observation)
    else this.#raw = undefined
  }

  /** The agent has asked this entry for the last time. */
  finish(done: TargetEnd): void {
    this.#done = done
  }

  /** Endpoints behind its entry came or went while it was asked. */
  get sawChanges(): boolean {
    return this.#history.changed
  }

  /** The endpoints as they are now. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints
  }

  /** What became of connections that were kept open, in sentences. */
  connectionNotes(): string[] {
    return this.#kept?.notes(this.#expectation) ?? []
  }

  /** All that is known, also on the way. `end` counts where the agent had one target only. */
  parts(end?: End): TallyResult {
    return this.tally.result(this.#history, (this.#done ?? end)?.requests)
  }

  /** @param cutShort it was not asked as often as it was meant to be */
  judge(
    parts: TallyResult,
    { acceptedError, verdicts, heard, isEachPicked = false }: Question,
    { end, cutShort }: { end: End | undefined; cutShort: boolean },
  ): { input: JudgeInput; verdict: Verdict } {
    // The agent compared the answers.
    const isTold = !this.#isReassigned && parts.recognition.by !== 'cookie'
    const counted = isTold ? (this.#done ?? end) : undefined
    const { held = [], nameIsShared = false, isUnconfirmed = false, ...facts } = this.#facts
    const { evidence } =
      isEachPicked && !this.#isReassigned
        ? (this.#each?.result(this.#history, counted?.requests) ?? parts)
        : parts
    const input: JudgeInput = {
      ...evidence,
      anonymous:
        evidence.anonymous && this.#given.recogniser.takesDistinctAnswers ? 'told' : evidence.anonymous,
      unheard: this.unheard(heard).map(({ pod, address }) => pod ?? address),
      ...facts,
      nameIsShared: nameIsShared && !this.#isReassigned,
      isUnconfirmed: isUnconfirmed && !this.#isReassigned,
      expectation: this.#expectation,
      acceptedError,
      ...defined({ verdicts }),
      interrupted: cutShort,
      ...(counted === undefined ? {} : { agentTotals: { switches: counted.switches } }),
    }
    const part = {
      between: (fromMs: number, toMs: number) => this.#between(fromMs, toMs),
      historyIn: (range: HeldRange) => this.#historyIn(range),
    }
    return { input, verdict: judgeHeld(held, part, input) }
  }

  /** Under another traffic policy there were others to pick from; how many, is known while endpoints stay. */
  #historyIn({ policyLocal }: HeldRange): EndpointHistory | undefined {
    if (policyLocal === undefined) return this.#history
    if (this.#history.changed) return undefined
    const { endpoints } = eligibleThrough({ ...this.entry, policyLocal }, this.#client, this.#endpoints)
    return new EndpointHistory(this.#endpoints, endpoints.length)
  }

  /** What was counted between two moments of our clock. */
  #between(fromMs: number, toMs: number): readonly Counted[] {
    const clock = this.#clock
    if (clock === undefined) return []
    return this.#counted.between(clock.sinceStart(fromMs), clock.sinceStart(toMs)) ?? []
  }

  /** Endpoints that may be picked and that are not known to answer. */
  unheard(elsewhere: ReadonlySet<string> = new Set()): Endpoint[] {
    const heard = new Set(this.tally.entries.flatMap(({ backend: { name, address } }) => [name, address]))
    const { endpoints } = eligibleThrough(this.entry, this.#client, this.#endpoints)
    return endpoints
      .filter(({ pod, address }) => !heard.has(pod) && !heard.has(address))
      .filter(({ pod, address }) => !elsewhere.has(address) && (pod === undefined || !elsewhere.has(pod)))
  }

  /** How many endpoints the proxy that decides may pick. */
  #eligible(): number {
    const { endpoints, unlessExempt } = eligibleThrough(this.entry, this.#client, this.#endpoints)
    this.#mayBeExempt = unlessExempt !== undefined && !this.#isExempt
    return (this.#isExempt ? (unlessExempt ?? endpoints) : endpoints).length
  }

  /** An answer from an endpoint that the traffic policy excludes shows that it does not count for this client. */
  #noteExemption(address: string): void {
    const { endpoints } = eligibleThrough(this.entry, this.#client, this.#endpoints)
    if (endpoints.some((endpoint) => endpoint.address === address)) return
    this.#isExempt = true
    if (!this.#history.changed) this.#history = new EndpointHistory(this.#endpoints, this.#eligible())
  }
}
