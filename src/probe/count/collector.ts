import type { Cluster } from '../../cluster/index.ts'
import type { Decoded } from '../../agent/protocol/protocol.ts'
import { hostAndPort } from '../../model/common/ip.ts'
import { changedWords, judgeNotes } from '../../judge/notes.ts'
import { strangersOf } from '../../judge/strangers.ts'
import { errorPerVerdict, judgeSurvey } from '../../judge/survey.ts'
import { mergedCookies } from '../../model/probe/cause.ts'
import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import type {
  AbsentClient,
  ProbeSurvey,
  SurveyCell,
  SurveyClient,
  SurveyEntry,
} from '../../model/probe/survey.ts'
import type { Surroundings } from '../run/around/look.ts'
import { mostKept } from './attribution/marks.ts'
import { tallyBackends } from './backends.ts'
import { Cell, type Seen } from './cell.ts'
import { ClientRun } from './client-run.ts'
import { hereIndex } from '../run/clients/here-index.ts'
import { nothingObserved, requestOf, stallNotes, summarise, watchNotes } from './collected.ts'
import { rangesOf } from './held.ts'
import type { DirectRound } from '../run/direct/ask.ts'
import { EndpointHistory } from './endpoint-history.ts'
import { entriesFromHere } from '../plan/entries/asked.ts'
import { endpointsBehind, endpointsOfAll } from '../plan/entries/behind.ts'
import { Letters } from './letters.ts'
import {
  mergeLatency,
  MergedBackends,
  mergeOutcomes,
  mergeRecognition,
  mergeTotals,
  type Placed,
} from './merge.ts'
import type { RunEvent } from '../run/observe.ts'
import { type Origin, originReport } from '../plan/origin.ts'
import type { ProbeOptions, ProbePlan } from '../plan/plan.ts'
import type { ProbeSubject } from '../plan/preflight.ts'
import { backendAt, Recogniser } from './recognise.ts'
import type { LiveProbe, Observed, ProbeStep } from '../steps.ts'
import { Stopwatch } from '../run/stopwatch.ts'
import type { TallyResult } from './tally.ts'
import type { Claims } from './users/claims.ts'
import type { CookieLog } from './users/cookie-log.ts'
import { claimsOf, usersOf, worstOf } from './users/judge.ts'
import { travels } from './users/travels.ts'
import type { VisitLog } from './users/visit-log.ts'

export interface CollectOptions {
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
  /** Ends the run as if it had come to its own end; `interrupted` is then aborted, too. */
  finished?: AbortSignal | undefined
  /** What is around the run, looked at once it is over. */
  around?: (startedAt: number | undefined) => Promise<Surroundings>
  /** How many clients the proxy remembers per pod and port on each node, where that is known to be limited. */
  capacity?: number | undefined
}

/** Sentences of each kind that are told; of hundreds of clients nobody reads all. */
const mostNotes = 6
/** Of each cell. */
const mostSwitches = 100
const mostFailures = 2
/** The same where there is one cell only. */
const mostOfOne = { switches: Infinity, failures: 4 }

interface Judged {
  cell: SurveyCell
  parts: TallyResult
  notes: string[]
}

/** Takes in what the clients of a probe observe through its entries, and makes a result of it. */
export class Collector {
  readonly #given: CollectOptions
  readonly #recogniser: Recogniser
  /** Those in pods by their index, then this machine. */
  readonly #clients: ClientRun[]
  readonly #absent: AbsentClient[] = []
  readonly #stopwatch: Stopwatch
  readonly #notes: string[]
  #gaps = 0
  #ended = 0
  /** The endpoints of the first entry over the course of the run. */
  #history: EndpointHistory
  #watchTrouble: Error | undefined
  #remembersByEntry = false
  /** What cookies name, where they are looked at. */
  readonly #claims: Claims | undefined

  constructor(given: CollectOptions) {
    this.#given = given
    this.#stopwatch = new Stopwatch(given.run.begunMs)
    const { plan, options, subject, direct } = given
    const { entries, clients, here } = plan
    this.#recogniser = new Recogniser(options.identify, plan.told)
    if (direct !== undefined) this.#recogniser.learn(direct.fingerprints.learned)
    const letters = new Letters()
    this.#claims = plan.cookieSalt === undefined ? undefined : claimsOf(plan.cookieSalt, subject)
    this.#claims?.update(endpointsOfAll(subject.slices, entries))
    this.#clients = Array.from({ length: clients }, (_, index) => this.#newClient(index, entries, letters))
    if (here) this.#clients.push(this.#newClient(hereIndex, entriesFromHere(entries), letters))
    this.#history = new EndpointHistory(
      entries[0] === undefined ? [] : endpointsBehind(subject.slices, entries[0]),
      0,
    )
    this.#notes = [...plan.notes, ...(direct?.notes ?? [])]
  }

  #newClient(index: number, entries: readonly SurveyEntry[], letters: Letters): ClientRun {
    const { plan, options, subject } = this.#given
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
          ...(this.#claims === undefined ? {} : { claims: this.#claims }),
          isLoose: isLoose(sessions, session),
          recogniser: this.#recogniser,
          endpoints: endpointsBehind(subject.slices, entry),
          cells: count,
          letters,
          ...(plan.leavesTraces
            ? {
                keep: { most: Math.floor(mostKept / count), unlessNamed: options.identify.kind === 'auto' },
              }
            : {}),
          // At full rate there are several connections, whose observations mix.
          followConnection: keeps === 'connection' && options.intervalMs > 0,
          ...(cookiesBefore === undefined ? {} : { cookiesBefore }),
          ...(visitsBefore === undefined ? {} : { visitsBefore }),
        })
        visited.set(`${entry.index} ${session}`, cell.visits)
        if (plan.agent.sharedJars === true) before.set(session, cell.cookies)
        return cell
      }),
    )
    return new ClientRun(index, cells, sessions.length)
  }

  get #cellCount(): number {
    const { clients, here, entries, sessions } = this.#given.plan
    return (clients + Number(here)) * entries.length * sessions.length
  }

  get #isSole(): boolean {
    return this.#given.plan.sole
  }

  /** Takes in what happened, and tells what is worth telling. Throws UserError when the only agent could not do its work. */
  *take(event: RunEvent): Generator<ProbeStep, void, undefined> {
    if (event.kind === 'stage') yield event
    else if (event.kind === 'created') this.#stopwatch.onCreated()
    else if (event.kind === 'pod') {
      this.#clientOf(event.client)?.onPod(event.pod)
      if (this.#clients.length === 1) yield { kind: 'stage', text: 'waiting for the first answer' }
    } else if (event.kind === 'absent') this.#absent.push({ index: event.client, why: event.why })
    else if (event.kind === 'ended') {
      const own = this.#clientOf(event.client)
      if (own !== undefined) own.endMessage ||= event.message
      this.#ended += 1
    } else if (event.kind === 'said') yield* this.#hear(event)
    else if (event.kind === 'slices') yield* this.#follow(event.slices, event.heardAt)
    else if (event.kind === 'watch-trouble') this.#watchTrouble = event.error
  }

  *#hear({
    client,
    decoded,
    arrivedAt,
  }: {
    client: number
    decoded: Decoded
    arrivedAt: number
  }): Generator<ProbeStep, void, undefined> {
    this.#stopwatch.onDecoded(decoded)
    const own = this.#clientOf(client)
    if (own === undefined) return
    let seen: Seen[] = []
    try {
      const heard = own.onDecoded(decoded, arrivedAt)
      seen = heard.seen
      if (heard.gap !== undefined) yield* this.#tellGap(client, heard.gap)
    } catch (error) {
      if (this.#clients.length === 1) throw error
      // One agent that breaks is one client less.
      own.endMessage = error instanceof Error ? error.message : String(error)
    }
    const { startedAt } = own
    if (startedAt !== undefined) {
      const runStart = this.#startedAt ?? startedAt
      const offsetMs = startedAt - runStart
      yield {
        kind: 'observed',
        nowMs: arrivedAt - runStart,
        seen: seen.map((one) => observedBy(client, one, offsetMs)),
        changes: this.#history.changes,
      }
    }
    if (decoded.observations.length > 0) yield { kind: 'state', state: () => this.#live() }
  }

  /** Of one client each, of many the first: they have the same cause. */
  *#tellGap(client: number, gap: string): Generator<ProbeStep, void, undefined> {
    this.#gaps += 1
    if (this.#clients.length === 1) yield { kind: 'note', text: gap }
    else if (this.#gaps === 1) yield { kind: 'note', text: `client ${client}: ${gap}` }
  }

  *#follow(slices: readonly EndpointSlice[], heardAt: number): Generator<ProbeStep, void, undefined> {
    const { entries } = this.#given.plan
    this.#recogniser.update(endpointsOfAll(slices, entries))
    this.#claims?.update(endpointsOfAll(slices, entries))
    for (const [index, entry] of entries.entries()) {
      const endpoints = endpointsBehind(slices, entry)
      for (const { cells } of this.#clients)
        for (const cell of cells) if (cell.entry.index === entry.index) cell.follow(endpoints, heardAt)
      if (index > 0) continue
      const startedAt = this.#startedAt
      // Before the first request a change is not one of the run: the run begins with what there is then.
      if (startedAt === undefined) this.#history = new EndpointHistory(endpoints, 0)
      else {
        const changes = this.#history.update(heardAt - startedAt, endpoints, 0)
        if (changes.length > 0) yield { kind: 'endpoints', changes }
      }
    }
  }

  /** The endpoints were asked directly once more: do their answers still mean the same? */
  confirm(again: DirectRound): void {
    const refuted = this.#given.direct?.fingerprints.refutedBy(again.fingerprints) ?? []
    const names = [...new Set(refuted.map(({ pod, address }) => pod ?? address))]
    if (names.length === 0) return
    for (const { cells } of this.#clients) for (const cell of cells) cell.learn({ isUnconfirmed: true })
    const some = names.slice(0, mostNotes).join(', ')
    this.#notes.push(
      `asked directly once more after the run, ${some} answered otherwise than before: these answers do not tell who gives them`,
    )
  }

  /** The clients have ended: looks for who answered where the answers do not tell, and makes the result. */
  async *conclude(): AsyncGenerator<ProbeStep, void, undefined> {
    await this.#lookAround()
    const unattributed = this.#unattributed()
    if (unattributed.length > 0) {
      yield { kind: 'stage', text: 'the answers name no pod; looking at the pods' }
      try {
        await this.#attribute(unattributed)
      } catch (error) {
        if (!this.#given.interrupted.aborted) throw error
      }
    }
    await this.#confirmName()
    yield { kind: 'result', result: this.#result() }
  }

  /** What decides about verdicts and is not in the answers. */
  async #lookAround(): Promise<void> {
    const found = await this.#given.around?.(this.#startedAt)
    if (found === undefined) return
    const { serviceChanges, held, shares, remembersByEntry } = found
    this.#remembersByEntry = remembersByEntry
    const { options, plan } = this.#given
    const isChanged = serviceChanges.length > 0
    const cells = this.#clients.flatMap((client) => client.cells)
    // Who stands in front may go past the Service, and users are held by what they keep.
    const own = plan.sessions.length > 1 ? [] : cells.filter(({ entry }) => entry.front === undefined)
    if (isChanged && own.length < cells.length) this.#notes.push(changedWords(serviceChanges))
    for (const cell of own) {
      cell.learn({
        serviceChanges,
        ...(isChanged ? { held: rangesOf(held, cell.entry, options.expect) } : {}),
        ...(picksAtOneNode(cell.entry) ? { shares } : {}),
      })
    }
  }

  /** One name in all answers may be of somebody else: asks another pod. */
  async #confirmName(): Promise<void> {
    const { cluster, plan, subject, interrupted } = this.#given
    const cell = this.#soleCell
    const scheme = this.#clients[0]?.scheme
    const [only, ...more] = cell?.tally.entries ?? []
    if (cell === undefined || only === undefined || more.length > 0) return
    if (only.backend.kind !== 'pod' || (scheme !== 'http' && scheme !== 'https')) return
    const named = cell.endpoints.find(({ pod }) => pod === only.backend.name)
    const others = cell.endpoints.filter(({ pod }) => pod !== only.backend.name)
    if (named === undefined || others.length === 0 || !cell.isNamedByAnswers) return
    const { confirmName } = await import('../run/direct/confirm.ts')
    const { namespace } = subject.service
    const asked = { namespace, named, others, scheme, path: plan.request.path ?? '/' }
    const found = await confirmName(cluster, asked, interrupted)
    if (found === 'shared') cell.learn({ nameIsShared: true })
    if (found === 'unknown')
      this.#notes.push(
        `all answers name ${only.backend.name}; no other pod could be asked whether it says the same`,
      )
  }

  /** Endpoints of any entry came or went. */
  get #anyChanged(): boolean {
    return this.#clients.some(({ cells }) => cells.some(({ sawChanges }) => sawChanges))
  }

  get #soleCell(): Cell | undefined {
    return this.#isSole ? this.#clients[0]?.cells[0] : undefined
  }

  /** Cells of several endpoints whose answers do not tell who gave them. */
  #unattributed(): { client: ClientRun; cells: Cell[] }[] {
    if (!this.#given.plan.leavesTraces || this.#given.interrupted.aborted) return []
    const found = this.#clients.map((client) => ({
      client,
      cells: client.cells.filter(
        ({ unattributed, endpoints }) =>
          endpoints.length > 1 && unattributed?.some(({ outcome }) => outcome === 'answered') === true,
      ),
    }))
    return found.filter(({ cells }) => cells.length > 0)
  }

  async #attribute(found: readonly { client: ClientRun; cells: readonly Cell[] }[]): Promise<void> {
    const { cluster, options, subject, plan, interrupted } = this.#given
    const marker = plan.agent.marker ?? { text: 'none', in: 'header' }
    const { attribute } = await import('./attribution/attribute.ts')
    const endpoints = found.flatMap(({ cells }) => cells.flatMap((cell) => cell.endpoints))
    const { found: attribution, notes } = await attribute(
      {
        cluster,
        namespace: options.namespace,
        mode: options.identify,
        protocol: subject.service.protocol,
        marker,
        signal: interrupted,
      },
      {
        clients: found.map(({ client, cells }) => ({
          client: client.index,
          addresses: client.addresses,
          observations: cells.flatMap(({ unattributed = [] }) => unattributed),
        })),
        endpoints: [...new Set([...endpoints, ...endpointsOfAll(subject.slices, plan.entries)])],
        startedAt: this.#startedAt ?? Date.now(),
      },
    )
    this.#notes.push(...notes)
    if (attribution === undefined) return
    for (const { client, cells } of found)
      for (const cell of cells)
        cell.reassign((observation) => {
          const endpoint = attribution.endpointOf(client.index, observation)
          return endpoint && backendAt(endpoint, attribution.by)
        })
  }

  /**
   * What the clients found. Throws the interrupt's reason when it came before anything was observed, and UserError when
   * no agent got that far.
   */
  #result(): ProbeSurvey {
    const { options, subject, run, interrupted, plan, direct, capacity } = this.#given
    const seen = this.#clients.filter(({ hasObservations }) => hasObservations)
    const entries = asSpoken(plan.entries, seen)
    if (seen.length === 0) {
      if (interrupted.aborted) throw interrupted.reason
      const client = this.#clients.find(({ pod }) => pod !== undefined) ?? this.#clients[0]!
      throw nothingObserved(client, this.#imageOf(client))
    }
    const placed = this.#placed()
    const backends = new MergedBackends(placed)
    const verdicts = this.#clients.reduce((sum, { cells }) => sum + cells.length, 0)
    const judged = seen.flatMap((client) => this.#judgeCells(client, backends, verdicts))
    const cells = judged.map(({ cell }) => cell)
    const clients = seen.map((client) => this.#describe(client))
    const absent = this.#absentClients()
    const endpointChanges = this.#history.changes
    const verdict = judgeSurvey({
      expected: plan.expectations[0]![0]!.behaviour,
      acceptedError: options.acceptedError,
      clients,
      absent: absent.length,
      unasked: seen.reduce((sum, client) => sum + client.cells.length, 0) - cells.length,
      entries,
      cells,
      endpointsChanged: this.#history.changed,
      remembersByEntry: this.#remembersByEntry,
      ...(capacity === undefined ? {} : { tableCapacity: capacity }),
    })
    const tallied = tallyBackends(backends.entries)
    const crossings = plan.agent.sharedJars === true ? travels(plan, cells, tallied) : undefined
    const users = usersOf({ plan, options, crossings, endpointsChanged: this.#anyChanged }, cells)
    const lost = judged.reduce((sum, { cell }) => sum + cell.totals.lost, 0)
    return {
      runId: plan.runId,
      startedAt: run.startedAt,
      service: subject.service,
      ...(options.front?.target === undefined ? {} : { target: options.front.target }),
      sole: this.#isSole,
      clients,
      absent,
      entries: [...entries],
      sessions: [...plan.sessions],
      cells,
      backends: tallied,
      endpoints: summarise(
        this.#history.endpoints,
        Math.min(...cells.map((cell) => cell.verdict.eligibleEndpoints)),
        entries,
      ),
      request: requestOf(plan.request, seen[0]?.scheme),
      recognition: mergeRecognition(judged.map(({ parts }) => parts.recognition)),
      totals: mergeTotals(placed, lost),
      latency: mergeLatency(placed),
      outcomes: mergeOutcomes(placed),
      endpointChanges,
      ...(direct === undefined ? {} : { direct: direct.access }),
      verdict: users === undefined ? verdict : { ...verdict, result: worstOf(users, absent.length === 0) },
      ...(users === undefined ? {} : { users }),
      ...(users === undefined ? {} : strangeCookies(entries, cells)),
      ...(crossings === undefined || users === undefined ? {} : { crossings }),
      notes: [
        // Where requests without a jar are spread, uneven shares explain nothing.
        ...(users?.every(({ cause }) => cause.kind === 'cookie') === true
          ? []
          : few(judged.flatMap(({ notes }) => notes))),
        ...this.#notes,
        ...countNotes(options, cells),
        ...new Set(seen.flatMap((client) => client.toolNotes())),
        ...new Set(seen.flatMap((client) => client.notHttpNotes())),
        ...plan.entries.filter((entry) => !entries.includes(entry)).map(http1Note),
        ...watchNotes(this.#watchTrouble),
        ...this.#failureNotes(cells),
        ...seen
          .flatMap(({ cells: own }) => own.flatMap((cell) => cell.connectionNotes()))
          .slice(0, mostNotes),
        ...this.#endNotes(seen),
        ...stallNotes(seen.reduce((sum, { end }) => sum + (end?.stalledMs ?? 0), 0)),
      ],
      timing: this.#stopwatch.timing(),
    }
  }

  /** The first request of all, by our clock. */
  get #startedAt(): number | undefined {
    const all = this.#clients.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt]))
    return all.length === 0 ? undefined : Math.min(...all)
  }

  #placed(): Placed[] {
    const startedAt = this.#startedAt ?? 0
    return this.#clients.flatMap((client) =>
      client.cells.map((cell) => ({ cell, offsetMs: (client.startedAt ?? startedAt) - startedAt })),
    )
  }

  #judgeCells(client: ClientRun, backends: MergedBackends, verdicts: number): Judged[] {
    const { options } = this.#given
    const most = this.#isSole ? mostOfOne : { switches: mostSwitches, failures: mostFailures }
    const acceptedError = errorPerVerdict(options.acceptedError, verdicts)
    const question = {
      acceptedError,
      verdicts,
      // One who stays hears one pod only; that the others answer is known from those beside it.
      ...(this.#given.plan.sessions.length > 1 ? { heard: heardOf(backends) } : {}),
    }
    const startMs = (client.startedAt ?? 0) - (this.#startedAt ?? 0)
    return client.cells.flatMap((cell, index) => {
      if (cell.tally.requests === 0) return []
      // The agent counts for its targets one by one; its last line is about all of them.
      const end = client.cells.length === 1 ? client.end : undefined
      const parts = cell.parts(end)
      const { input, verdict } = cell.judge(parts, question, {
        end,
        cutShort: this.#isCutShort(client, index),
      })
      const letterOf = (letter: string): string => backends.listed(letter)
      const found: SurveyCell = {
        client: client.index,
        entry: cell.entry.index,
        session: cell.session,
        verdict,
        recognition: parts.recognition,
        backends: parts.backends
          .map(({ backend, hits }) => ({ letter: letterOf(backend.letter), hits }))
          .toSorted((one, other) => other.hits - one.hits),
        seenAddresses: [...cell.seen]
          .map(([address, hits]) => ({ address, hits }))
          .toSorted((one, other) => other.hits - one.hits),
        totals: parts.totals,
        latency: parts.latency,
        outcomes: parts.outcomes,
        switches: parts.switches
          .slice(0, most.switches)
          .map((change) => ({ ...change, from: letterOf(change.from), to: letterOf(change.to) })),
        timeline: parts.timeline.map(({ letter, ...stretch }) => ({
          ...stretch,
          ...(letter === undefined ? {} : { letter: letterOf(letter) }),
        })),
        ...this.#aboutCookies(cell),
        failures: client.failureWords(index, most.failures),
        startMs,
      }
      return [{ cell: found, parts, notes: judgeNotes(input, verdict) }]
    })
  }

  #aboutCookies(cell: Cell): Pick<SurveyCell, 'cookies' | 'redirects' | 'nameless' | 'visits'> {
    const visits = cell.visits.report()
    const counted = visits === undefined ? {} : { visits }
    if (this.#claims === undefined) return counted
    return {
      ...counted,
      cookies: cell.cookies.reports(),
      ...(cell.redirects === 0 ? {} : { redirects: cell.redirects }),
      ...(cell.nameless.size === 0 ? {} : { nameless: Object.fromEntries(cell.nameless) }),
    }
  }

  #clientOf(index: number): ClientRun | undefined {
    return index === hereIndex ? this.#clients.find((client) => client.index === index) : this.#clients[index]
  }

  #describe(client: ClientRun): SurveyClient {
    const { index, pod, addresses } = client
    if (index === hereIndex) {
      // Of the addresses of this machine the one that somebody saw is the one that it came from.
      const seen = client.cells.flatMap((cell) => [...cell.seen.keys()])
      const address = seen.find((each) => addresses.includes(each))
      return { index, place: 'here', ...(address === undefined ? {} : { address }), addresses }
    }
    const { hostNetwork } = this.#given.options
    return {
      index,
      place: 'pod',
      ...(pod === undefined ? {} : { pod: pod.metadata.name }),
      ...(pod?.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
      ...(addresses[0] === undefined ? {} : { address: addresses[0], addresses }),
      ...originReport(this.#given.origin, index),
      ...(client.tool === undefined ? {} : { tool: client.tool }),
      ...(hostNetwork === true ? { hostNetwork } : {}),
    }
  }

  #imageOf({ index }: ClientRun): string {
    return originReport(this.#given.origin, index).image
  }

  /** Not asked as often as it was meant to be. */
  #isCutShort(client: ClientRun, cell?: number): boolean {
    const isCut = cell === undefined ? client.isCutShort : client.isCutShortAt(cell)
    return isCut && this.#given.finished?.aborted !== true
  }

  /** Of several cells each kind once, whichever requests they were. */
  #failureNotes(cells: readonly SurveyCell[]): string[] {
    if (this.#isSole) return cells.flatMap(({ failures }) => failures)
    const asked = cells.filter(({ verdict }) => verdict.eligibleEndpoints > 0)
    return few(
      asked.flatMap(({ failures }) => failures.map((text) => text.replace(/^request \d+/, 'requests'))),
    )
  }

  /** Those whose pod did not start, and those whose agent did not get to its first request. */
  #absentClients(): AbsentClient[] {
    if (this.#given.interrupted.aborted) return []
    const known = new Set(this.#absent.map(({ index }) => index))
    const silent = this.#clients
      .filter(({ hasObservations, index }) => !hasObservations && index !== hereIndex && !known.has(index))
      .map((client) => ({
        index: client.index,
        why: nothingObserved(client, this.#imageOf(client)).message,
      }))
    return [...this.#absent, ...silent].toSorted((one, other) => one.index - other.index)
  }

  #endNotes(seen: readonly ClientRun[]): string[] {
    const cut = seen.filter((client) => this.#isCutShort(client))
    if (cut.length === 0 || this.#given.interrupted.aborted) return []
    const why = cut.map(({ endMessage }) => endMessage).find((message) => message !== '')
    if (this.#isSole) {
      const unsaid = cut[0]?.end === undefined ? 'its log stopped' : 'its container was told to end'
      return [`the agent was ended before it was done: ${why ?? unsaid}`]
    }
    return [
      `${cut.length} of ${seen.length} agents were ended before they were done: ${why ?? 'their logs stopped'}`,
    ]
  }

  #live(): LiveProbe {
    const { plan } = this.#given
    const placed = this.#placed().filter(({ cell }) => cell.tally.requests > 0)
    const [first] = placed
    return {
      expected: plan.expectations[0]![0]!.behaviour,
      clients: {
        all: this.#clients.length,
        begun: this.#clients.filter(({ hasObservations }) => hasObservations).length,
        ended: this.#ended,
      },
      entries: plan.entries.length,
      moved: this.#clients.filter(({ cells }) =>
        cells.some(({ tally, isLoose }) => tally.switchCount > 0 && !isLoose),
      ).length,
      backends: tallyBackends(new MergedBackends(placed).entries),
      totals: mergeTotals(placed),
      outcomes: mergeOutcomes(placed),
      request: requestOf(plan.request, this.#clients[0]?.scheme),
      ...(this.#isSole && first !== undefined ? { course: first.cell.parts() } : {}),
    }
  }
}

/** Names and addresses of those who answered. */
function heardOf({ entries }: MergedBackends): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ backend: { name, address } }) => (address === undefined ? [name] : [name, address])),
  )
}

/** One proxy picks, and no load balancer before it shares out nodes. */
function picksAtOneNode({ kind, node }: SurveyEntry): boolean {
  return kind === 'cluster-ip' || kind === 'dns' || (kind === 'node-port' && node !== undefined)
}

/** Beside users with a jar, requests that keep nothing move. */
function isLoose(sessions: ProbePlan['sessions'], session: number): boolean {
  return sessions[session]?.keeps !== 'cookies' && sessions.some(({ keeps }) => keeps === 'cookies')
}

/** What was seen in a cell, by the time of the run. */
function observedBy(
  client: number,
  { cell, observation, backend, switched }: Seen,
  offsetMs: number,
): Observed {
  return {
    client,
    entry: cell.entry.index,
    session: cell.session,
    ...(cell.isLoose ? { isLoose: true } : {}),
    observation: { ...observation, atMs: observation.atMs + offsetMs },
    ...(backend === undefined ? {} : { backend }),
    ...(switched === undefined
      ? {}
      : {
          switched: {
            ...switched,
            atMs: switched.atMs + offsetMs,
            previousMs: switched.previousMs + offsetMs,
          },
        }),
  }
}

function strangeCookies(
  entries: readonly SurveyEntry[],
  cells: readonly SurveyCell[],
): Pick<ProbeSurvey, 'strangers'> {
  const strangers = entries.flatMap(({ index, front }) => {
    if (front === undefined || front.again !== undefined) return []
    const own = cells.filter(({ entry }) => entry === index).flatMap(({ cookies = [] }) => cookies)
    return strangersOf(index, front, mergedCookies(own))
  })
  return strangers.length === 0 ? {} : { strangers }
}

/** What was to be counted and was nowhere. */
function countNotes({ counter }: ProbeOptions, cells: readonly SurveyCell[]): string[] {
  return counter === undefined || cells.some(({ visits }) => visits !== undefined)
    ? []
    : ['no answer held a number where --session-counter looks for one']
}

/** The different ones of some sentences, and how many more there are. */
function few(sentences: readonly string[]): string[] {
  const different = [...new Set(sentences)]
  const rest = different.length - mostNotes
  return rest <= 0 ? different : [...different.slice(0, mostNotes), `… and ${rest} more notes like these`]
}

/** Entries in what they were asked in. */
function asSpoken(entries: readonly SurveyEntry[], clients: readonly ClientRun[]): SurveyEntry[] {
  const chosen = new Set(clients.flatMap(({ http1Entries }) => [...http1Entries]))
  return entries.map((entry) => {
    if (entry.front === undefined || !chosen.has(entry.index)) return entry
    const { isHttp2: _isHttp2, ...front } = entry.front
    return { ...entry, front }
  })
}

const http1Note = ({ host, port }: SurveyEntry): string =>
  `HTTP/2 was offered at ${hostAndPort(host, port)}, and HTTP/1.1 chosen there (ALPN): requests were made in that`
