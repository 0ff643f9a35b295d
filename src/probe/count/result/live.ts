import type { LiveProbe, Observed } from '../../steps.ts'
import { tallyBackends } from './backends.ts'
import type { Seen } from '../cell.ts'
import { requestOf } from './collected.ts'
import type { Gathered } from '../gathered.ts'
import { MergedBackends, mergeOutcomes, mergeTotals } from './merge.ts'

/** What is known while the run goes on. */
export function liveOf(gathered: Gathered): LiveProbe {
  const { plan } = gathered.given
  const placed = gathered.placed().filter(({ cell }) => cell.tally.requests > 0)
  const [first] = placed
  return {
    expected: plan.expectations[0]![0]!.behaviour,
    clients: {
      all: gathered.clients.length,
      begun: gathered.clients.filter(({ hasObservations }) => hasObservations).length,
      ended: gathered.ended,
    },
    entries: plan.entries.length,
    sessions: plan.sessions.length,
    moved: gathered.clients
      .map(({ cells }) => cells.filter(({ tally, isLoose }) => tally.switchCount > 0 && !isLoose))
      .reduce((sum, cells) => sum + new Set(cells.map(({ session }) => session)).size, 0),
    backends: tallyBackends(new MergedBackends(placed).entries),
    totals: mergeTotals(placed),
    outcomes: mergeOutcomes(placed),
    request: requestOf(plan.request, gathered.clients[0]?.scheme),
    ...(gathered.isSole && first !== undefined ? { course: first.cell.parts() } : {}),
  }
}

/** What was seen in a cell, by the time of the run. */
export function observedBy(
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
