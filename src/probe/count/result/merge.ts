import type { Outcome } from '../../../model/probe/observation.ts'
import type { Latency, ProbeTotals, Recognition } from '../../../model/probe/results/probe-result.ts'
import type { BackendCount } from './backends.ts'
import type { Cell } from '../cell.ts'
import { Histogram } from '../tally/histogram.ts'
import type { Tally } from '../tally/tally.ts'

/** A cell, and when its client began, in milliseconds since the first request of all. */
export interface Placed {
  cell: Cell
  offsetMs: number
}

/** Backends with a row of their own, over all cells; answers that name nobody could be of any number. */
const most = 1024

/** Everybody who answered anywhere, in the order of their letters, which are the same in all cells. */
export class MergedBackends {
  readonly entries: BackendCount[]
  readonly #listed: ReadonlySet<string>

  constructor(cells: readonly Placed[]) {
    const byKey = new Map<string, BackendCount>()
    for (const { cell, offsetMs } of cells)
      for (const entry of cell.tally.entries) add(byKey, entry, offsetMs)
    this.entries = [...byKey.values()]
      .toSorted((one, other) => one.order - other.order)
      .slice(0, most)
      .map((entry, index) => ({ ...entry, index }))
    this.#listed = new Set(this.entries.map(({ backend }) => backend.letter))
  }

  /** A letter as the result knows it: that of all others for those who are left out. */
  listed(letter: string): string {
    return this.#listed.has(letter) ? letter : '+'
  }
}

function add(byKey: Map<string, BackendCount>, entry: BackendCount, offsetMs: number): void {
  if (entry.hits === 0) return
  const known = byKey.get(entry.key)
  const [firstMs, lastMs] = [entry.firstMs + offsetMs, entry.lastMs + offsetMs]
  if (known === undefined) {
    const latency = new Histogram()
    latency.merge(entry.latency)
    byKey.set(entry.key, { ...entry, latency, statuses: { ...entry.statuses }, firstMs, lastMs })
    return
  }
  known.hits += entry.hits
  known.picks += entry.picks
  known.firstMs = Math.min(known.firstMs, firstMs)
  known.lastMs = Math.max(known.lastMs, lastMs)
  known.latency.merge(entry.latency)
  for (const [status, count] of Object.entries(entry.statuses))
    known.statuses[status] = (known.statuses[status] ?? 0) + count
}

/** The run in numbers. `lost` is known once the cells are judged. */
export function mergeTotals(cells: readonly Placed[], lost = 0): ProbeTotals {
  const totals = { requests: 0, answered: 0, connections: 0, durationMs: 0 }
  for (const { cell, offsetMs } of cells) {
    totals.requests += cell.tally.requests
    totals.answered += cell.tally.outcomes.get('answered') ?? 0
    totals.connections += cell.tally.connections
    if (cell.tally.requests > 0) totals.durationMs = Math.max(totals.durationMs, cell.tally.endMs + offsetMs)
  }
  const seconds = totals.durationMs / 1000
  const requestsPerSecond = seconds > 0 ? totals.requests / seconds : 0
  return { ...totals, lost, requestsPerSecond, statuses: sumOf(cells, ({ statuses }) => statuses) }
}

export function mergeOutcomes(cells: readonly Placed[]): Partial<Record<Outcome, number>> {
  return sumOf(cells, ({ outcomes }) => outcomes)
}

function sumOf<Key extends PropertyKey>(
  cells: readonly Placed[],
  countsOf: (tally: Tally) => ReadonlyMap<Key, number>,
): Record<Key, number> {
  const sum = new Map<Key, number>()
  for (const { cell } of cells)
    for (const [key, count] of countsOf(cell.tally)) sum.set(key, (sum.get(key) ?? 0) + count)
  return Object.fromEntries(sum) as Record<Key, number>
}

export function mergeLatency(cells: readonly Placed[]): Latency {
  const all = new Histogram()
  for (const { cell } of cells) all.merge(cell.tally.latency)
  return all.latency()
}

/** How backends were recognised: as most cells do that have answers, and by name rather than by answers that differ. */
export function mergeRecognition(recognitions: readonly Recognition[]): Recognition {
  const unrecognised = recognitions.reduce((sum, recognition) => sum + recognition.unrecognised, 0)
  const [first] = recognitions
    .filter(({ by }) => by !== 'none')
    .toSorted((one, other) => Number(one.by === 'anonymous') - Number(other.by === 'anonymous'))
  return { ...(first ?? { by: 'none' as const }), unrecognised }
}
