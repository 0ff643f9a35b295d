import { type Judgement, judgeNotes } from '../../../judge/run/notes.ts'
import { strangersOf } from '../../../judge/users/strangers.ts'
import { errorPerVerdict, judgeSurvey } from '../../../judge/survey.ts'
import { mergedCookies } from '../../../model/probe/cookies/cause.ts'
import type {
  AbsentClient,
  ProbeSurvey,
  SurveyCell,
  SurveyClient,
  SurveyEntry,
} from '../../../model/probe/results/survey.ts'
import { serviceAt } from '../../plan/entries/behind.ts'
import { originReport } from '../../plan/origin.ts'
import { hereIndex } from '../../run/clients/here-index.ts'
import { tallyBackends } from './backends.ts'
import type { Cell } from '../cell.ts'
import { openName } from '../doubts.ts'
import type { ClientRun } from '../client-run.ts'
import { nothingObserved, requestOf, summarise } from './collected.ts'
import type { Gathered } from '../gathered.ts'
import { mergeLatency, MergedBackends, mergeOutcomes, mergeRecognition, mergeTotals } from './merge.ts'
import {
  cookieNotes,
  endedNotes,
  countNotes,
  endNotes,
  failureNotes,
  http1Note,
  mostNotes,
  stallNotes,
  standInNotes,
  watchNotes,
} from './notes.ts'
import type { TallyResult } from '../tally/tally.ts'
import type { Claims } from '../users/claims.ts'
import { usersOf, worstOf } from '../users/judge.ts'
import { travels } from '../users/travels.ts'
import { defined } from '../../../model/common/values.ts'

/** Of each cell. */
const mostSwitches = 100
const mostFailures = 2
/** The same where there is one cell only. */
const mostOfOne = { switches: Infinity, failures: 4 }

interface Judged {
  cell: SurveyCell
  parts: TallyResult
  judgement: Judgement
}

/**
 * What the clients found. Throws the interrupt's reason when it came before anything was observed, and UserError when
 * no agent got that far.
 */
export function surveyOf(gathered: Gathered): ProbeSurvey {
  const { options, subject, run, interrupted, plan, direct, capacity } = gathered.given
  const seen = gathered.clients.filter(({ hasObservations }) => hasObservations)
  const entries = asSpoken(plan.entries, seen)
  if (seen.length === 0) {
    if (interrupted.aborted) throw interrupted.reason
    const client = gathered.clients.find(({ pod }) => pod !== undefined) ?? gathered.clients[0]!
    throw nothingObserved(client, gathered.imageOf(client))
  }
  const placed = gathered.placed()
  const backends = new MergedBackends(placed)
  const verdicts = gathered.clients.reduce((sum, { cells }) => sum + cells.length, 0)
  const judged = seen.flatMap((client) => judgeCells(gathered, client, backends, verdicts))
  const cells = judged.map(({ cell }) => cell)
  const clients = seen.map((client) => describe(gathered, client))
  const absent = absentClients(gathered)
  const endpointChanges = gathered.history.changes
  const verdict = judgeSurvey({
    expected: plan.expectations[0]![0]!.behaviour,
    acceptedError: options.acceptedError,
    clients,
    absent: absent.length,
    unasked: plan.unasked.length + seen.reduce((sum, client) => sum + client.cells.length, 0) - cells.length,
    entries,
    cells,
    endpointsChanged: gathered.history.changed,
    remembersByEntry: gathered.remembersByEntry,
    ...defined({ tableCapacity: capacity }),
  })
  const tallied = tallyBackends(backends.entries)
  const crossings = plan.agent.sharedJars === true ? travels(plan, cells, tallied) : undefined
  const users = usersOf(
    {
      plan,
      options,
      crossings,
      endpointsChanged: gathered.anyChanged,
      serviceOf: (entry, letter) =>
        serviceAt(
          subject.slices,
          entry,
          tallied.find(({ backend }) => backend.letter === letter)?.backend.address,
        ),
    },
    cells,
  )
  const name = openName(gathered)
  const lost = judged.reduce((sum, { cell }) => sum + cell.totals.lost, 0)
  return {
    runId: plan.runId,
    startedAt: run.startedAt,
    service: subject.service,
    ...defined({ target: options.front?.target }),
    sole: gathered.isSole,
    clients,
    absent,
    entries: [...entries],
    ...(plan.unasked.length === 0 ? {} : { unasked: [...plan.unasked] }),
    sessions: [...plan.sessions],
    cells,
    backends: tallied,
    endpoints: summarise(
      gathered.history.endpoints,
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
    verdict:
      users === undefined
        ? verdict
        : { ...verdict, result: worstOf(users, absent.length + plan.unasked.length === 0) },
    ...defined({ users }),
    ...(users === undefined ? {} : strangeCookies(entries, cells)),
    ...(crossings === undefined || users === undefined ? {} : { crossings }),
    ...(name === undefined ? {} : { isNameOpen: true }),
    notes: [
      ...(users?.every(({ cause }) => cause.kind === 'cookie') === true
        ? []
        : judgeNotes(
            judged.map(({ judgement }) => judgement),
            users?.every(({ control }) => control === 'spread'),
          )),
      ...gathered.notes,
      ...(name === undefined ? [] : [`all answers name ${name}; no other pod told whether it says the same`]),
      ...endedNotes(subject.service.policy, cells),
      ...cookieNotes(cells),
      ...standInNotes(entries, seen),
      ...countNotes(options, cells),
      ...new Set(seen.flatMap((client) => client.toolNotes())),
      ...new Set(seen.flatMap((client) => client.notHttpNotes())),
      ...plan.entries.filter((entry) => !entries.includes(entry)).map(http1Note),
      ...watchNotes(gathered.watchTrouble),
      ...failureNotes(gathered, cells),
      ...seen.flatMap(({ cells: own }) => own.flatMap((cell) => cell.connectionNotes())).slice(0, mostNotes),
      ...endNotes(gathered, seen),
      ...stallNotes(seen.reduce((sum, { end }) => sum + (end?.stalledMs ?? 0), 0)),
    ],
    timing: gathered.stopwatch.timing(),
  }
}

function judgeCells(
  gathered: Gathered,
  client: ClientRun,
  backends: MergedBackends,
  verdicts: number,
): Judged[] {
  const { options } = gathered.given
  const most = gathered.isSole ? mostOfOne : { switches: mostSwitches, failures: mostFailures }
  const acceptedError = errorPerVerdict(options.acceptedError, verdicts)
  const question = {
    acceptedError,
    verdicts,
    // One who stays hears one pod only; that the others answer is known from those beside it.
    heard: new Set([
      ...gathered.answering,
      ...(gathered.given.plan.sessions.length > 1 ? heardOf(backends) : []),
    ]),
  }
  // What picks for every request of who keeps nothing does so for all who come this way.
  const perRequest = new Set(
    client.cells.flatMap(({ isLoose, isEachPicked, entry }) => (isLoose && isEachPicked ? entry.index : [])),
  )
  const startMs = (client.startedAt ?? 0) - (gathered.startedAt ?? 0)
  return client.cells.flatMap((cell, index) => {
    if (cell.tally.requests === 0) return []
    const parts = cell.parts()
    const { input, verdict } = cell.judge(parts, {
      ...question,
      isEachPicked: perRequest.has(cell.entry.index),
      cutShort: gathered.isCutShort(client, index),
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
      ...aboutCookies(gathered.claims, cell),
      failures: client.failureWords(index, most.failures),
      startMs,
    }
    // Of answers of something in front it is told which status they had.
    const told = cell.entry.front === undefined ? input : { ...input, unrecognised: 0 }
    return [{ cell: found, parts, judgement: { input: told, verdict } }]
  })
}

function aboutCookies(
  claims: Claims | undefined,
  cell: Cell,
): Pick<SurveyCell, 'cookies' | 'redirects' | 'cached' | 'nameless' | 'visits'> {
  const visits = cell.visits.report()
  return {
    ...defined({ visits }),
    ...(claims === undefined ? {} : { cookies: cell.cookies.reports(), ...cell.ownAccord.report() }),
  }
}

function describe({ given }: Gathered, client: ClientRun): SurveyClient {
  const { index, pod, addresses } = client
  if (index === hereIndex) {
    // Of the addresses of this machine the one that somebody saw is the one that it came from.
    const seen = client.cells.flatMap((cell) => [...cell.seen.keys()])
    const address = seen.find((each) => addresses.includes(each))
    return defined({ index, place: 'here', address, addresses })
  }
  const { hostNetwork } = given.options
  return {
    index,
    place: 'pod',
    ...(pod === undefined ? {} : { pod: pod.metadata.name }),
    ...defined({ node: pod?.spec.nodeName }),
    ...(addresses[0] === undefined ? {} : { address: addresses[0], addresses }),
    ...originReport(given.origin, index),
    ...defined({ tool: client.hello?.tool }),
    ...(hostNetwork === true ? { hostNetwork } : {}),
  }
}

/** Those whose pod did not start, and those whose agent did not get to its first request. */
function absentClients(gathered: Gathered): AbsentClient[] {
  if (gathered.given.interrupted.aborted) return []
  const known = new Set(gathered.absent.map(({ index }) => index))
  const silent = gathered.clients
    .filter(({ hasObservations, index }) => !hasObservations && index !== hereIndex && !known.has(index))
    .map((client) => ({
      index: client.index,
      why: nothingObserved(client, gathered.imageOf(client)).message,
    }))
  return [...gathered.absent, ...silent].toSorted((one, other) => one.index - other.index)
}

/** Names and addresses of those who answered. */
function heardOf({ entries }: MergedBackends): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ backend: { name, address } }) => (address === undefined ? [name] : [name, address])),
  )
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

/** Entries in what they were asked in. */
function asSpoken(entries: readonly SurveyEntry[], clients: readonly ClientRun[]): SurveyEntry[] {
  const chosen = new Set(clients.flatMap(({ http1Entries }) => [...http1Entries]))
  return entries.map((entry) => {
    if (entry.front === undefined || !chosen.has(entry.index)) return entry
    const { isHttp2: _isHttp2, ...front } = entry.front
    return { ...entry, front }
  })
}
