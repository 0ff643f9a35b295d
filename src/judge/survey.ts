import type {
  EntryDifference,
  SurveyCell,
  SurveyClient,
  SurveyEntry,
  SurveyStatement,
  SurveyVerdict,
} from '../model/probe/results/survey.ts'
import type { Verdict } from '../model/probe/results/verdict.ts'
import { chanceOfFullest, expectedFullest } from './statistics/occupancy.ts'

/** What a survey found in its cells, and what there was around them. */
export interface SurveyEvidence {
  expected: Verdict['expected']
  /** For all cells together: 1 − confidence. */
  acceptedError: number
  clients: readonly Pick<SurveyClient, 'index' | 'node'>[]
  /** Clients that were asked for and did not run. */
  absent: number
  /** What clients that ran did not come to, as the run was stopped, and ports that could not be asked. */
  unasked: number
  entries: readonly SurveyEntry[]
  cells: readonly Pick<
    SurveyCell,
    'client' | 'entry' | 'verdict' | 'backends' | 'seenAddresses' | 'switches' | 'totals'
  >[]
  /** Endpoints came or went while requests were sent. */
  endpointsChanged: boolean
  /** The proxy of a pod's own node serves it at every entry, and remembers it at each entry by itself. */
  remembersByEntry?: boolean
  /** How many clients the proxy can remember per pod and port on each node, where that is limited. */
  tableCapacity?: number
}

type CellEvidence = SurveyEvidence['cells'][number]

/**
 * The part of an accepted error that each of several verdicts may use, so that all of them hold at once: the chance that
 * any of m is wrong is at most the sum of their chances (Bonferroni), whatever they have to do with each other.
 */
export function errorPerVerdict(acceptedError: number, verdicts: number): number {
  return acceptedError / Math.max(1, verdicts)
}

/** What the cells of a survey say together. Each cell was judged before, with its part of the accepted error. */
export function judgeSurvey(evidence: SurveyEvidence): SurveyVerdict {
  const { cells, expected, acceptedError } = evidence
  const behaviours = { sticky: 0, spread: 0, broken: 0, inconclusive: 0 }
  for (const { verdict } of cells) behaviours[verdict.behaviour] += 1
  return {
    expected,
    result: resultOf(evidence),
    behaviours,
    statements: statementsOf(evidence),
    errorProbability: anyIsWrong(cells),
    acceptedError,
    acceptedErrorPerCell: errorPerVerdict(acceptedError, cells.length),
  }
}

/**
 * One cell that differs is enough. Cells in which there was nothing to see (one endpoint, none behind a node) neither
 * help nor harm; any other that cannot be judged leaves the survey open, and so does a
 * client that never ran, or an entry that was not asked any more.
 */
function resultOf({ cells, absent, unasked }: SurveyEvidence): Verdict['result'] {
  if (cells.some(({ verdict }) => verdict.result === 'differs')) return 'differs'
  const open = cells.filter((cell) => cell.verdict.result === 'inconclusive' && !isExcused(cell))
  if (open.length > 0 || absent > 0 || unasked > 0) return 'inconclusive'
  return cells.some(({ verdict }) => verdict.result === 'as-expected') ? 'as-expected' : 'inconclusive'
}

function isExcused({ verdict }: CellEvidence): boolean {
  return (
    verdict.reason === 'one-endpoint' || (verdict.reason === 'no-answers' && verdict.eligibleEndpoints === 0)
  )
}

/**
 * The sum over the cells that are sticky or broken. That of a cell which spreads says how sure its name is, and not that
 * anything is wrong (docs/judging.md); an open cell claims nothing.
 */
function anyIsWrong(cells: readonly CellEvidence[]): number {
  let sum = 0
  for (const { verdict } of cells)
    if (verdict.behaviour === 'sticky' || verdict.behaviour === 'broken') sum += verdict.errorProbability
  return Math.min(1, sum)
}

function statementsOf(evidence: SurveyEvidence): SurveyStatement[] {
  const byEntry = Map.groupBy(evidence.cells, ({ entry }) => entry)
  const each = evidence.entries.flatMap((entry) => {
    const cells = byEntry.get(entry.index) ?? []
    return cells.length === 0
      ? []
      : [
          ...stickiness(entry, cells, evidence),
          ...distribution(entry, cells),
          ...sharing(entry, cells),
          ...silence(entry, cells),
          ...(evidence.endpointsChanged ? moves(entry, cells) : []),
          ...fullTables(entry, cells, evidence),
        ]
  })
  return [...each, ...betweenEntries(evidence)]
}

const isSticky = ({ verdict }: CellEvidence): boolean => verdict.behaviour === 'sticky'

function stickiness(
  { index: entry }: SurveyEntry,
  cells: readonly CellEvidence[],
  { expected }: SurveyEvidence,
): SurveyStatement[] {
  const judged = cells.filter(({ verdict }) => verdict.behaviour !== 'inconclusive')
  const moved = judged.filter((cell) => !isSticky(cell))
  if (judged.length === 0) return []
  if (moved.length === 0) return [{ kind: 'each-client-sticks', entry, clients: judged.length }]
  // Where nobody is meant to stay, nobody is said to leave.
  if (expected === 'spread') return []
  return [{ kind: 'clients-break', entry, clients: moved.map(({ client }) => client), of: judged.length }]
}

/** Where the clients that stay are: on one pod, on several, and how evenly. */
function distribution({ index: entry }: SurveyEntry, cells: readonly CellEvidence[]): SurveyStatement[] {
  // One endpoint is where everybody is.
  const kept = cells.filter((cell) => isSticky(cell) && cell.verdict.eligibleEndpoints > 1)
  if (kept.length < 2) return []
  const perPod = [...Map.groupBy(kept, letterOf).entries()].map(([letter, own]) => ({
    letter,
    clients: own.length,
  }))
  const [first] = perPod
  const clients = kept.length
  const statements: SurveyStatement[] = []
  if (perPod.length > 1) statements.push({ kind: 'clients-differ', entry, backends: perPod.length, clients })
  else if (first !== undefined) {
    statements.push({
      kind: 'clients-on-one-pod',
      entry,
      letter: first.letter,
      clients,
      chance: chanceOfOnePod(kept),
    })
  }
  const pods = new Set(kept.map(({ verdict }) => verdict.eligibleEndpoints))
  const [k] = pods
  // Clients with different pods to pick from are no throw of the same dice.
  if (pods.size !== 1 || k === undefined || perPod.length > k) return statements
  const clientsPerPod = perPod.map((pod) => pod.clients).toSorted((a, b) => b - a)
  while (clientsPerPod.length < k) clientsPerPod.push(0)
  return [
    ...statements,
    {
      kind: 'load',
      entry,
      clientsPerPod,
      expectedMost: expectedFullest(clients, k),
      chance: chanceOfFullest(clientsPerPod[0] ?? 0, clients, k),
    },
  ]
}

/**
 * The probability that clients which are told apart are all on the pod of the first of them: Π 1/k over the others, that
 * is (1/k)^(N−1) where all have k pods to pick from. Where those differ, the client with most of them counts as the first.
 */
function chanceOfOnePod(cells: readonly CellEvidence[]): number {
  const pods = cells.map(({ verdict }) => verdict.eligibleEndpoints).toSorted((a, b) => b - a)
  return pods.slice(1).reduce((chance, k) => chance / k, 1)
}

/** Clients of which most answers say the same address. */
function sharing({ index: entry }: SurveyEntry, cells: readonly CellEvidence[]): SurveyStatement[] {
  const seen = cells.flatMap(({ client, seenAddresses: [most] }) =>
    most === undefined ? [] : [{ client, ...most }],
  )
  return [...Map.groupBy(seen, ({ address }) => address)].flatMap(([address, sharers]): SurveyStatement[] =>
    sharers.length < 2
      ? []
      : [{ kind: 'clients-share-address', entry, address, clients: sharers.map(({ client }) => client) }],
  )
}

function silence(entry: SurveyEntry, cells: readonly CellEvidence[]): SurveyStatement[] {
  const silent = cells.filter(({ totals }) => totals.answered === 0)
  const groups = Map.groupBy(
    silent,
    ({ verdict }) => entry.policyLocal === true && verdict.eligibleEndpoints === 0,
  )
  return [...groups].map(([isLocal, own]): SurveyStatement => ({
    kind: 'no-answer-through',
    entry: entry.index,
    clients: own.map(({ client }) => client),
    ...(isLocal ? { reason: 'no-local-endpoint' } : {}),
  }))
}

/** Who moved while endpoints changed. A client that is spread moves all the time. */
function moves({ index: entry }: SurveyEntry, cells: readonly CellEvidence[]): SurveyStatement[] {
  const moved = cells.filter(({ verdict }) => verdict.switches > 0 && verdict.behaviour !== 'spread')
  if (moved.length === 0) return []
  const groups = Map.groupBy(moved, ({ verdict }) =>
    verdict.switches > verdict.explainedSwitches ? 'unnecessary' : 'necessary',
  )
  const clientsOf = (group: 'necessary' | 'unnecessary'): number[] =>
    (groups.get(group) ?? []).map(({ client }) => client)
  return [
    {
      kind: 'clients-moved',
      entry,
      necessary: clientsOf('necessary'),
      unnecessary: clientsOf('unnecessary'),
    },
  ]
}

/** A node whose proxy had more clients to remember for a pod than it can. */
function fullTables(
  entry: SurveyEntry,
  cells: readonly CellEvidence[],
  { clients, tableCapacity }: SurveyEvidence,
): SurveyStatement[] {
  if (tableCapacity === undefined) return []
  const nodes = new Map(clients.map(({ index, node }) => [index, node]))
  const byNode = Map.groupBy(cells, ({ client }) =>
    entry.kind === 'node-port' ? entry.node : nodes.get(client),
  )
  return [...byNode].flatMap(([node, own]): SurveyStatement[] => {
    const perPod = new Map<string, number>()
    for (const { backends } of own)
      for (const { letter } of backends) perPod.set(letter, (perPod.get(letter) ?? 0) + 1)
    const most = Math.max(0, ...perPod.values())
    return node === undefined || most <= tableCapacity
      ? []
      : [{ kind: 'table-full', entry: entry.index, node, clients: most, capacity: tableCapacity }]
  })
}

/** Clients that stay on one pod at each of several entries, and not on the same. */
function betweenEntries({ cells, entries, clients, remembersByEntry }: SurveyEvidence): SurveyStatement[] {
  const known = new Map(entries.map((entry) => [entry.index, entry]))
  const nodes = new Map(clients.map(({ index, node }) => [index, node]))
  const found = new Map<EntryDifference, Set<number>>()
  for (const [client, own] of Map.groupBy(cells.filter(isSticky), ({ client }) => client)) {
    for (const [index, one] of own.entries()) {
      for (const other of own.slice(index + 1)) {
        const [a, b] = [known.get(one.entry), known.get(other.entry)]
        if (a === undefined || b === undefined || letterOf(one) === letterOf(other)) continue
        const node = nodes.get(client)
        const isServedAtHome = remembersByEntry === true && node !== undefined
        const by = isServedAtHome ? differenceAtHome(a, b) : difference(a, b, node)
        found.set(by, (found.get(by) ?? new Set()).add(client))
      }
    }
  }
  // What differs in nothing that is known does not explain what something known does.
  if (found.size > 1) found.delete('unknown')
  return [...found].map(([by, own]) => ({ kind: 'entries-differ', by, clients: [...own] }))
}

/** What every proxy's memory is kept by: the port, the address family, the node. */
function difference(one: SurveyEntry, other: SurveyEntry, clientNode: string | undefined): EntryDifference {
  if (one.servicePort !== other.servicePort) return 'port'
  if (one.family !== other.family) return 'family'
  return (one.node ?? clientNode) === (other.node ?? clientNode) ? 'unknown' : 'node'
}

/** The same where the proxy of the client's own node serves every entry, and has a memory for each. */
function differenceAtHome(one: SurveyEntry, other: SurveyEntry): EntryDifference {
  if (one.servicePort !== other.servicePort) return 'port'
  return one.family === other.family ? 'entry' : 'family'
}

/** The pod that a client which stays is on at last. */
function letterOf({ switches, backends }: CellEvidence): string {
  return switches.at(-1)?.to ?? backends[0]?.letter ?? ''
}
