import type { Endpoint } from '../../model/cluster/endpoint.ts'
import { ownerOf } from '../plan/needles.ts'
import type { Said } from '../run/direct/confirm.ts'
import type { Cell } from './cell.ts'
import type { Gathered } from './gathered.ts'

/**
 * What the answers of a run leave open, and pods settle that are asked directly: whether names are of those who give them, and
 * whether endpoints of which nothing was heard answer at all, where requests failed that may have been theirs.
 */

/** So many endpoints of which nothing was heard are asked; of more it would take long, and one silent one is enough. */
const mostUnheard = 10

/** What is waited for at most, in milliseconds, and once somebody wants to go. */
const patienceMs = { usual: 3000, interrupted: 1000 }

/** Asks pods through the API server. Returns the endpoints that would have to be asked in another way. */
export async function askOfPods(gathered: Gathered): Promise<Endpoint[]> {
  const { cluster, plan, subject, control, direct } = gathered.given
  const scheme = gathered.clients[0]?.scheme
  if (direct !== undefined) await settleBy(gathered, direct.said)
  const open = await openIn(gathered)
  if (open.length > 0 && (scheme === 'http' || scheme === 'https')) {
    const { askThroughApi } = await import('../run/direct/confirm.ts')
    const ms = control.interrupted.aborted ? patienceMs.interrupted : patienceMs.usual
    const said = await askThroughApi(
      cluster,
      open.filter(({ pod }) => pod !== undefined),
      gathered.clients.flatMap(({ cells }) => cells.flatMap(({ view }) => view.endpoints)),
      {
        namespace: subject.service.namespace,
        scheme,
        path: plan.request.path ?? '/',
        rule: plan.agent.identify,
      },
      AbortSignal.any([control.abandoned, AbortSignal.timeout(ms)]),
    )
    await settleBy(gathered, said)
  }
  // Of several names each would have to be asked, on every run.
  return nameOf(gathered) === undefined && namesIn(gathered) !== undefined
    ? unheardIn(gathered)
    : await openIn(gathered)
}

/** What endpoints said settles some of it. */
export async function settleBy(gathered: Gathered, said: readonly Said[]): Promise<void> {
  const { recogniser } = gathered
  const named = namesIn(gathered)
  if (named !== undefined) {
    const { whoseNames } = await import('../run/direct/confirm.ts')
    gathered.whose = whoseNames(named, said, recogniser)
  }
  // One that says nothing of itself would not have been recognised either.
  const isOwn = ({ endpoint, identity }: Said): boolean =>
    recogniser.recognise(identity)?.key === ownerOf(endpoint)
  for (const { endpoint } of said) {
    const own = said.filter((one) => ownerOf(one.endpoint) === ownerOf(endpoint))
    if (own.every(isOwn)) gathered.answering.add(endpoint.pod ?? endpoint.address)
  }
}

/** Names do not count that are of somebody else, nor one name that nobody could be asked about, unless a user's rule says where it stands. */
export function doubtNames(gathered: Gathered): void {
  const isTold = ['header', 'json', 'regex'].includes(gathered.given.options.identify.kind)
  const isOpen = gathered.whose === 'unknown' && nameOf(gathered) !== undefined && !isTold
  if (gathered.whose === 'shared' || isOpen)
    for (const cell of namedCells(gathered)) cell.learn({ nameIsShared: true })
}

/** The one name in all answers, where nobody told whose it is and nothing else told who answered. */
export function openName(gathered: Gathered): string | undefined {
  return gathered.whose === 'unknown' ? nameOf(gathered) : undefined
}

/** Whom to ask. */
async function openIn(gathered: Gathered): Promise<Endpoint[]> {
  const named = namesIn(gathered)
  const unheard = unheardIn(gathered)
  if (named === undefined) return unheard
  const { podsToAsk } = await import('../run/direct/confirm.ts')
  const asked = podsToAsk(named, namedCells(gathered)[0]?.view.endpoints ?? [])
  return [...asked, ...unheard.filter(({ address }) => asked.every((one) => one.address !== address))]
}

/** Who stands in front may ask for something else. */
function namedCells({ clients }: Gathered): Cell[] {
  return clients.flatMap(({ cells }) =>
    cells.filter(({ entry, isNamedByAnswers }) => entry.front === undefined && isNamedByAnswers),
  )
}

/** The pods that answers name, as `ownerOf` calls them, while it is not known whose these names are. */
function namesIn(gathered: Gathered): ReadonlySet<string> | undefined {
  if ((gathered.whose ?? 'unknown') !== 'unknown') return undefined
  const cells = namedCells(gathered)
  const backends = cells.flatMap(({ tally }) => tally.entries.map(({ backend }) => backend))
  if (backends.length === 0 || backends.some(({ kind }) => kind !== 'pod')) return undefined
  const named = new Set(backends.map(({ name }) => ownerOf({ pod: name, address: '' })))
  const others = cells[0]?.view.endpoints.filter((endpoint) => !named.has(ownerOf(endpoint))) ?? []
  return named.size === 1 && others.length === 0 ? undefined : named
}

/** The one pod that all answers name. */
function nameOf(gathered: Gathered): string | undefined {
  if (namesIn(gathered)?.size !== 1) return undefined
  return namedCells(gathered).find(({ tally }) => tally.entries.length > 0)?.tally.entries[0]?.backend.name
}

/** Endpoints that may have been picked by requests that failed, where all others went to one pod. */
function unheardIn({ clients, answering }: Gathered): Endpoint[] {
  const found = new Map<string, Endpoint>()
  for (const cell of clients.flatMap(({ cells }) => cells)) {
    const { missing, switches, expiredSwitches, goneSwitches, answers } = cell.parts().evidence
    if (missing === 0 || answers === 0 || switches > expiredSwitches + goneSwitches) continue
    for (const endpoint of cell.unheard(answering))
      found.set(`${endpoint.address} ${endpoint.port}`, endpoint)
  }
  return found.size > mostUnheard ? [] : [...found.values()]
}
