import { cookieNames } from '../../model/probe/cookies/configured.ts'
import type { Totals } from '../../agent/protocol/protocol.ts'
import type { JudgeInput } from '../../judge/run/input.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Observation } from '../../model/probe/observation.ts'
import type { Expectation, Timing } from '../../model/affinity/expectation.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import { type Counted, CountedLog } from './tally/counted.ts'
import { EntryView } from './endpoints/view.ts'
import { type HeldRange, judgeHeld } from './held.ts'
import { KeptConnection } from './tally/kept.ts'
import type { Claims } from './users/claims.ts'
import { CookieLog } from './users/cookie-log.ts'
import { VisitLog } from './users/visit-log.ts'
import { Letters } from './letters.ts'
import type { RecognisedBackend, Recogniser } from './recognise.ts'
import { PicksInTurn } from './tally/in-turn.ts'
import { OwnAccord } from './tally/own-accord.ts'
import { type RawLimit, RawLog } from './tally/raw.ts'
import { type Counting, Tally, type TallyResult } from './tally/tally.ts'
import { defined } from '../../model/common/values.ts'

export interface CellOptions {
  entry: SurveyEntry
  expectation: Expectation
  recogniser: Recogniser
  /** Those of the entry's port and address family. */
  endpoints: readonly Endpoint[]
  /** Keeps observations for `reassign`. */
  keep?: RawLimit
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
export interface Seen extends Counting {
  cell: Cell
  observation: Observation
}

/** On what terms a cell is judged. */
export interface JudgeTerms {
  acceptedError: number
  /** Verdicts that are to hold at once; see `JudgeInput`. */
  verdicts?: number
  /** Names and addresses of endpoints that answered others. */
  heard?: ReadonlySet<string>
  /** Others saw that something picks for every request, also on one connection. */
  isEachPicked?: boolean
  /** It was not asked as often as it was meant to be. */
  cutShort: boolean
}

/** What the judge is told that is not in the answers. */
export interface CellFacts extends Pick<
  JudgeInput,
  'shares' | 'serviceChanges' | 'nameIsShared' | 'isUnconfirmed'
> {
  /** With `serviceChanges`: while the Service stayed as it was, by our clock. */
  held?: readonly HeldRange[]
}

/** Addresses of a client that are kept; where every answer says another one they tell nothing. */
const mostSeen = 64

/** Too many requests, no pod, no answer of a pod: it may never have been asked. */
const gatewayErrors: ReadonlySet<number> = new Set([429, 502, 503, 504])

const isNamed = (one: RecognisedBackend | undefined): boolean => one !== undefined && one.by !== 'anonymous'

/** What one client observes through one entry, added up. */
export class Cell {
  readonly entry: SurveyEntry
  readonly session: number
  readonly isLoose: boolean
  readonly view: EntryView
  readonly cookies: CookieLog
  readonly visits: VisitLog
  readonly ownAccord = new OwnAccord()
  /** The client's address as backends saw it, with the number of answers that say so. */
  readonly seen = new Map<string, number>()
  tally: Tally
  readonly #given: CellOptions
  #expectation: Expectation
  #inTurn: PicksInTurn | undefined
  #counted: CountedLog
  readonly #raw: RawLog | undefined
  readonly #kept: KeptConnection | undefined
  #isReassigned = false
  #facts: CellFacts = {}
  /** As the agent counted. */
  #totals: Totals | undefined

  constructor(options: CellOptions) {
    const { entry, expectation, cells, claims, endpoints, keep, session = 0, isLoose = false } = options
    this.#given = { ...options, letters: options.letters ?? new Letters() }
    this.entry = entry
    this.session = session
    this.isLoose = isLoose
    this.view = new EntryView(entry, endpoints)
    const { hostName = '', path = '/' } = entry.front ?? {}
    const host = hostName.replace(/:\d+$/, '').toLowerCase()
    this.cookies = new CookieLog(claims, options.cookiesBefore, { host, path })
    this.visits = new VisitLog(options.visitsBefore)
    this.#expectation = expectation
    this.tally = this.#newTally()
    this.#inTurn = options.isInTurn === true ? new PicksInTurn(this.#newTally()) : undefined
    this.#counted = new CountedLog(cells)
    this.#raw = keep && new RawLog(keep)
    this.#kept = options.followConnection === true ? new KeptConnection() : undefined
  }

  #newTally(): Tally {
    const { cells, letters } = this.#given
    return new Tally(this.#expectation, defined({ tallies: cells, letters }))
  }

  /** When an entry may end is known; nothing was counted yet. */
  settle(timing: Timing): void {
    if (this.#expectation.idleMs === undefined) return
    this.#expectation = { ...this.#expectation, ...timing }
    this.tally = this.#newTally()
    this.#inTurn &&= new PicksInTurn(this.#newTally())
  }

  /** What was found out without the answers. */
  learn(facts: CellFacts): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  /**
   * Counts an observation, and says who answered, if that is known, and what changed with it.
   * @param number its number among those of this cell
   */
  add(observation: Observation, number = observation.number): Seen {
    const { identity, seenAddress, counter } = observation
    if (seenAddress !== undefined && (this.seen.size < mostSeen || this.seen.has(seenAddress)))
      this.seen.set(seenAddress, (this.seen.get(seenAddress) ?? 0) + 1)
    const recognised = identity === undefined ? undefined : this.#given.recogniser.recognise(identity)
    if (recognised?.address !== undefined) this.view.noteAnswerOf(recognised.address)
    this.#kept?.add(observation, recognised?.key)
    const ended = this.cookies.endedBefore(observation, cookieNames(this.entry.front))
    this.#raw?.add({ observation, ended }, isNamed(recognised))
    // Answers that look alike may be of several pods.
    const said = recognised?.kind === 'anonymous' ? undefined : recognised
    this.cookies.add(observation, said)
    this.visits.add(counter, said?.name)
    const meant = (isNamed(recognised) ? undefined : this.#meant(observation)) ?? recognised
    const own = number === observation.number ? observation : { ...observation, number }
    const counting = this.tally.add(own, meant, ended)
    this.#inTurn?.add(own, meant, ended)
    this.#counted.add(own, meant)
    this.ownAccord.add(observation, isNamed(meant))
    return { cell: this, observation, ...counting }
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

  /** Answers on one connection came from different backends. */
  get isEachPicked(): boolean {
    return this.#inTurn?.isEachPicked === true
  }

  /** What was kept of a run whose answers, most of them, do not settle who gave them; empty when they do, or when it is too long. */
  get unattributed(): readonly Observation[] {
    const isSettled = this.#facts.nameIsShared !== true && this.#raw?.isSettled === true
    return isSettled ? [] : (this.#raw?.all ?? []).map(({ observation }) => observation)
  }

  /** Who answered is known by what the answers say. */
  get isNamedByAnswers(): boolean {
    return !this.#isReassigned && !this.#given.recogniser.hasLearned
  }

  /** Adds everything up anew, with backends that were found out without the answers. */
  reassign(backendOf: (observation: Observation) => RecognisedBackend | undefined): void {
    this.tally.forget()
    this.tally = this.#newTally()
    this.#counted = new CountedLog(this.#given.cells)
    for (const { observation, ended } of this.#raw?.all ?? []) {
      const recognised = observation.outcome === 'answered' ? backendOf(observation) : undefined
      this.tally.add(observation, recognised, ended)
      this.#counted.add(observation, recognised)
    }
    this.#isReassigned = true
  }

  /** The agent has asked this entry for the last time. */
  finish(totals: Totals): void {
    this.#totals ??= totals
  }

  /** What became of connections that were kept open, in sentences. */
  connectionNotes(): string[] {
    return this.#kept?.notes(this.#expectation) ?? []
  }

  /** All that is known, also on the way. */
  parts(): TallyResult {
    return this.tally.result(this.view.history, this.#totals?.requests)
  }

  judge(
    parts: TallyResult,
    { acceptedError, verdicts, heard, isEachPicked = false, cutShort }: JudgeTerms,
  ): { input: JudgeInput; verdict: Verdict } {
    // The agent compared the answers.
    const isTold = !this.#isReassigned && parts.recognition.by !== 'cookie'
    const counted = isTold ? this.#totals : undefined
    const { held = [], nameIsShared = false, isUnconfirmed = false, ...facts } = this.#facts
    const each = isEachPicked && !this.#isReassigned ? this.#inTurn?.tally : undefined
    const { evidence } = each?.result(this.view.history, counted?.requests) ?? parts
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
      historyIn: ({ policyLocal }: HeldRange) =>
        policyLocal === undefined ? this.view.history : this.view.historyUnder(policyLocal),
    }
    return { input, verdict: judgeHeld(held, part, input) }
  }

  /** What was counted between two moments of our clock. */
  #between(fromMs: number, toMs: number): readonly Counted[] {
    const [from, to] = [this.view.sinceStart(fromMs), this.view.sinceStart(toMs)]
    return from === undefined || to === undefined ? [] : (this.#counted.between(from, to) ?? [])
  }

  /** Endpoints that may be picked and that are not known to answer. */
  unheard(elsewhere: ReadonlySet<string> = new Set()): Endpoint[] {
    const heard = new Set(this.tally.entries.flatMap(({ backend: { name, address } }) => [name, address]))
    return this.view.eligible
      .filter(({ pod, address }) => !heard.has(pod) && !heard.has(address))
      .filter(({ pod, address }) => !elsewhere.has(address) && (pod === undefined || !elsewhere.has(pod)))
  }
}
