import { changedWords } from '../../judge/run/notes.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import { endpointsOfAll } from '../plan/entries/behind.ts'
import type { DirectRound } from '../run/direct/ask.ts'
import type { Cell } from './cell.ts'
import type { ClientRun } from './client-run.ts'
import type { Gathered } from './gathered.ts'
import { rangesOf } from './held.ts'
import { mostNotes } from './result/notes.ts'
import { backendAt } from './recognise.ts'

/** What is looked at once the clients have ended: who answered, and what the verdicts depend on beside the answers. */

export interface UnattributedCells {
  client: ClientRun
  cells: readonly Cell[]
}

/** What decides about verdicts and is not in the answers. */
export async function lookAround(gathered: Gathered): Promise<void> {
  const found = await gathered.given.around?.(gathered.startedAt)
  if (found === undefined) return
  const { serviceChanges, frontChanges, held, timing, shares, remembersByEntry } = found
  gathered.remembersByEntry = remembersByEntry
  const { options, plan } = gathered.given
  const isChanged = serviceChanges.length > 0
  const cells = gathered.clients.flatMap((client) => client.cells)
  // Who stands in front may go past the Service, and users are held by what they keep.
  const own = plan.sessions.length > 1 ? [] : cells.filter(({ entry }) => entry.front === undefined)
  if (isChanged && own.length < cells.length) gathered.notes.push(changedWords(serviceChanges))
  if (frontChanges.length > 0)
    for (const cell of cells) if (cell.entry.front !== undefined) cell.learn({ serviceChanges: frontChanges })
  for (const cell of own) {
    cell.learn({
      serviceChanges,
      ...(isChanged ? { held: rangesOf(held, cell.entry, options.expect, timing) } : {}),
      ...(picksAtOneNode(cell.entry) ? { shares } : {}),
    })
  }
}

/** The endpoints were asked directly once more: do their answers still mean the same? */
export function confirmFingerprints(gathered: Gathered, again: DirectRound): void {
  const refuted = gathered.given.direct?.fingerprints.refutedBy(again.fingerprints) ?? []
  const names = [...new Set(refuted.map(({ pod, address }) => pod ?? address))]
  if (names.length === 0) return
  for (const { cells } of gathered.clients) for (const cell of cells) cell.learn({ isUnconfirmed: true })
  const some = names.slice(0, mostNotes).join(', ')
  gathered.notes.push(
    `asked directly once more after the run, ${some} answered otherwise than before: these answers do not tell who gives them`,
  )
}

/** Cells of several endpoints whose answers do not tell who gave them. */
export function unattributed(gathered: Gathered): UnattributedCells[] {
  if (!gathered.given.plan.leavesTraces || gathered.given.control.interrupted.aborted) return []
  const found = gathered.clients.map((client) => ({
    client,
    cells: client.cells.filter(
      ({ unattributed, view }) =>
        view.endpoints.length > 1 && unattributed.some(({ outcome }) => outcome === 'answered'),
    ),
  }))
  return found.filter(({ cells }) => cells.length > 0)
}

/** Looks for who answered them: by access logs, or sockets. */
export async function attributeTo(gathered: Gathered, found: readonly UnattributedCells[]): Promise<void> {
  const { cluster, options, subject, plan, control } = gathered.given
  const marker = plan.agent.marker ?? { text: 'none', in: 'header' }
  const { attribute } = await import('./attribution/attribute.ts')
  const endpoints = found.flatMap(({ cells }) => cells.flatMap(({ view }) => view.endpoints))
  const { found: attribution, notes } = await attribute(
    {
      cluster,
      namespace: options.namespace,
      mode: options.identify,
      protocol: subject.service.protocol,
      marker,
      signal: control.interrupted,
    },
    {
      clients: found.map(({ client, cells }) => ({
        client: client.index,
        addresses: client.addresses,
        observations: cells.flatMap(({ unattributed }) => unattributed),
      })),
      endpoints: [...new Set([...endpoints, ...endpointsOfAll(subject.slices, plan.entries)])],
      startedAt: gathered.startedAt ?? Date.now(),
    },
  )
  gathered.notes.push(...notes)
  if (attribution === undefined) return
  for (const { client, cells } of found)
    for (const cell of cells)
      cell.reassign((observation) => {
        const endpoint = attribution.endpointOf(client.index, observation)
        return endpoint && backendAt(endpoint, attribution.by)
      })
}

/** One proxy picks, and no load balancer before it shares out nodes. */
function picksAtOneNode({ kind, node }: SurveyEntry): boolean {
  return kind === 'cluster-ip' || kind === 'dns' || (kind === 'node-port' && node !== undefined)
}
