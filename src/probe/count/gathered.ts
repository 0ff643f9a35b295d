import type { Cluster } from '../../cluster/index.ts'
import type { AbsentClient, SurveyEntry } from '../../model/probe/results/survey.ts'
import { mostKept } from './attribution/marks.ts'
import { Cell } from './cell.ts'
import { ClientRun } from './client-run.ts'
import { EndpointHistory } from './endpoints/history.ts'
import { FollowedRun } from './followed-run.ts'
import type { EndpointChange } from '../../model/probe/results/probe-result.ts'
import type { RunEvent } from '../run/observe.ts'
import { Letters } from './letters.ts'
import type { Placed } from './result/merge.ts'
import { type Origin, originReport } from '../plan/origin.ts'
import { entriesFromHere } from '../plan/entries/asked.ts'
import { endpointsBehind, endpointsOfAll } from '../plan/entries/behind.ts'
import type { ProbePlan } from '../plan/plan.ts'
import type { ProbeOptions } from '../plan/options.ts'
import type { ProbeSubject } from '../plan/preflight.ts'
import { Recogniser } from './recognise.ts'
import type { SeenAround } from '../run/around/look.ts'
import { hereIndex } from '../run/clients/here-index.ts'
import type { DirectRound } from '../run/direct/ask.ts'
import type { Whose } from '../run/direct/confirm.ts'
import { Stopwatch } from '../run/stopwatch.ts'
import type { Claims } from './users/claims.ts'
import type { CookieLog } from './users/cookie-log.ts'
import { claimsOf } from './users/judge.ts'
import type { VisitLog } from './users/visit-log.ts'
import type { RunControl } from '../steps.ts'
import { defined } from '../../model/common/values.ts'

export interface GatheredOptions {
  cluster: Cluster
  options: ProbeOptions
  subject: ProbeSubject
  plan: ProbePlan
  run: {
    /** RFC 3339. */
    startedAt: string
    /** When the command began, by performance.now(). */
    begunMs: number
  }
  /** Where the requests come from. */
  origin: Origin
  /** What was found out past the Service before. */
  direct?: DirectRound | undefined
  /** What was seen until then is still a result. */
  interrupted: AbortSignal
  /** By whom; `interrupted` is aborted, too, when the run is ended as if it had come to its own end. */
  control: RunControl
  /** What is around the run, looked at once it is over. */
  around?: (startedAt: number | undefined) => Promise<SeenAround>
  /** How many clients the proxy remembers per pod and port on each node, where that is known to be limited. */
  capacity?: number | undefined
}

/** What is known of a run so far: of its clients, and of what is around them. */
export class Gathered extends FollowedRun<ClientRun> {
  readonly given: GatheredOptions
  readonly entries: readonly SurveyEntry[]
  readonly recogniser: Recogniser
  /** Those in pods by their index, then this machine. */
  readonly clients: ClientRun[]
  readonly absent: AbsentClient[] = []
  readonly stopwatch: Stopwatch
  readonly notes: string[]
  /** Clients that came to their end. */
  ended = 0
  /** The endpoints of the first entry over the course of the run. */
  readonly history: EndpointHistory
  remembersByEntry = false
  /** Whose the names in answers are; asked when the run is over. */
  whose: Whose | undefined
  /** Endpoints that answered when they were asked past the Service. */
  readonly answering = new Set<string>()
  /** What cookies name, where they are looked at. */
  readonly claims: Claims | undefined

  constructor(given: GatheredOptions) {
    super(given.subject.slices)
    this.given = given
    this.stopwatch = new Stopwatch(given.run.begunMs)
    const { plan, options, subject, direct } = given
    const { entries, clients, here } = plan
    this.entries = entries
    this.recogniser = new Recogniser(options.identify, plan.told)
    if (direct !== undefined) this.recogniser.learn(direct.fingerprints.learned)
    const letters = new Letters()
    const { cookieSalt } = plan.agent
    this.claims = cookieSalt === undefined ? undefined : claimsOf(cookieSalt, subject)
    this.claims?.update(endpointsOfAll(subject.slices, entries))
    this.clients = Array.from({ length: clients }, (_, index) => this.#newClient(index, entries, letters))
    if (here) this.clients.push(this.#newClient(hereIndex, entriesFromHere(entries), letters))
    this.history = new EndpointHistory(endpointsBehind(subject.slices, entries[0]!), 0)
    this.notes = [...plan.notes, ...(direct?.notes ?? [])]
  }

  /** Takes in what happened. Returns what became of the endpoints of the first entry. */
  take(event: RunEvent): EndpointChange[] {
    this.follow(event)
    if (event.kind === 'created') this.stopwatch.onCreated()
    else if (event.kind === 'absent') this.absent.push({ index: event.client, why: event.why })
    else if (event.kind === 'ended') this.ended += 1
    else if (event.kind === 'slices') {
      this.claims?.update(endpointsOfAll(event.slices, this.entries))
      const { startedAt } = this
      const atMs = startedAt === undefined ? undefined : event.heardAt - startedAt
      return this.history.update(atMs, endpointsBehind(event.slices, this.entries[0]!), 0)
    }
    return []
  }

  #newClient(index: number, entries: readonly SurveyEntry[], letters: Letters): ClientRun {
    const { plan, options, subject } = this.given
    const { sessions, expectations } = plan
    const count = this.#cellCount
    // Of each session, what it saw of cookies where it was last.
    const before = new Map<number, CookieLog>()
    const visited = new Map<string, VisitLog>()
    const cells = entries.flatMap((entry) =>
      sessions.map(({ keeps }, session) => {
        const cookiesBefore = before.get(session)
        const visitsBefore = visited.get(`${entry.front?.again ?? ''} ${session}`)
        const cell = new Cell({
          entry,
          session,
          expectation: expectations[entry.index]![session]!,
          ...defined({ claims: this.claims }),
          isLoose: isLoose(sessions, session),
          recogniser: this.recogniser,
          endpoints: endpointsBehind(subject.slices, entry),
          cells: count,
          letters,
          ...(plan.leavesTraces
            ? {
                keep: { most: Math.floor(mostKept / count), unlessNamed: options.identify.kind === 'auto' },
              }
            : {}),
          // At full rate there are several connections, whose observations mix.
          isInTurn: options.keepAlive && plan.sessions.length > 1,
          followConnection: keeps === 'connection' && options.intervalMs > 0,
          ...defined({ cookiesBefore, visitsBefore }),
        })
        visited.set(`${entry.index} ${session}`, cell.visits)
        if (plan.agent.sharedJars === true) before.set(session, cell.cookies)
        return cell
      }),
    )
    return new ClientRun(index, cells, sessions.length, plan.zones)
  }

  get #cellCount(): number {
    const { clients, here, entries, sessions } = this.given.plan
    return (clients + Number(here)) * entries.length * sessions.length
  }

  get isSole(): boolean {
    return this.given.plan.sole
  }

  /** Endpoints of any entry came or went. */
  get anyChanged(): boolean {
    return this.clients.some(({ views }) => views.some(({ history }) => history.changed))
  }

  /** The first request of all, by our clock. */
  get startedAt(): number | undefined {
    const all = this.clients.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt]))
    return all.length === 0 ? undefined : Math.min(...all)
  }

  /** The cells, and when their clients began. */
  placed(): Placed[] {
    const startedAt = this.startedAt ?? 0
    return this.clients.flatMap((client) =>
      client.cells.map((cell) => ({ cell, offsetMs: (client.startedAt ?? startedAt) - startedAt })),
    )
  }

  imageOf({ index }: ClientRun): string {
    return originReport(this.given.origin, index).image
  }

  /** Not asked as often as it was meant to be; by all cells, or one of them. */
  isCutShort(client: ClientRun, cell?: number): boolean {
    const isCut = cell === undefined ? client.isCutShort : client.isCutShortAt(cell)
    return isCut && this.given.control.finished?.aborted !== true
  }
}

/** Beside users with a jar, requests that keep nothing move. */
function isLoose(sessions: ProbePlan['sessions'], session: number): boolean {
  return sessions[session]?.keeps !== 'cookies' && sessions.some(({ keeps }) => keeps === 'cookies')
}
