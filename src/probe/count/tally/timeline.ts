import type { TimelineCell } from '../../../model/probe/results/probe-result.ts'

/** Cells that are kept unless told otherwise; a longer run has coarser ones. */
const defaultMost = 4096

/** A cell while it is counted. */
interface TimeBucket {
  fromMs: number
  toMs: number
  requests: number
  failures: number
  switches: number
  /** Picks at which a switch would have been a break (see src/judge/run/input.ts). */
  binding: number
  letter: string | undefined
  /** The backend that gave every recognised answer so far. */
  index: number | undefined
  several: boolean
}

/** What one request adds to its cell. */
export interface Mark {
  atMs: number
  endMs: number
  failed: boolean
  switched: boolean
  binding: boolean
  backend?: { index: number; letter: string }
}

/**
 * The course of a run in bounded memory: one cell per request until there are too many, by default 4,096; then neighbours are merged, and
 * each new cell holds twice as many requests. Switches and failures are counts and survive every merge.
 */
export class Timeline {
  #cells: TimeBucket[] = []
  #perCell = 1
  readonly #most: number

  /** @param most cells that are kept, an even number */
  constructor(most = defaultMost) {
    this.#most = most
  }

  add(mark: Mark): void {
    let cell = this.#cells.at(-1)
    if (cell === undefined || cell.requests >= this.#perCell) {
      if (this.#cells.length === this.#most) this.#halve()
      cell = emptyCell(mark)
      this.#cells.push(cell)
    }
    cell.fromMs = Math.min(cell.fromMs, mark.atMs)
    cell.toMs = Math.max(cell.toMs, mark.endMs)
    cell.requests += 1
    cell.failures += Number(mark.failed)
    cell.switches += Number(mark.switched)
    cell.binding += Number(mark.binding)
    if (mark.backend !== undefined) unite(cell, mark.backend.index, mark.backend.letter, false)
  }

  /** Forgets who answered, and keeps when there were requests and failures. */
  forgetBackends(): void {
    for (const cell of this.#cells) {
      cell.switches = 0
      cell.binding = 0
      cell.letter = undefined
      cell.index = undefined
      cell.several = false
    }
  }

  cells(): TimelineCell[] {
    return this.#cells.map(({ fromMs, toMs, requests, failures, switches, letter }) => ({
      fromMs,
      toMs,
      requests,
      failures,
      switches,
      ...(letter === undefined ? {} : { letter }),
    }))
  }

  /** Calls `visit` for each cell with binding picks. */
  eachBinding(visit: (fromMs: number, toMs: number, picks: number) => void): void {
    for (const { fromMs, toMs, binding } of this.#cells) if (binding > 0) visit(fromMs, toMs, binding)
  }

  #halve(): void {
    const merged: TimeBucket[] = []
    for (let index = 0; index < this.#cells.length; index += 2) {
      const [first, second] = this.#cells.slice(index, index + 2)
      if (first === undefined) break
      if (second !== undefined) merge(first, second)
      merged.push(first)
    }
    this.#cells = merged
    this.#perCell *= 2
  }
}

function emptyCell({ atMs, endMs }: Mark): TimeBucket {
  return {
    fromMs: atMs,
    toMs: endMs,
    requests: 0,
    failures: 0,
    switches: 0,
    binding: 0,
    letter: undefined,
    index: undefined,
    several: false,
  }
}

function merge(into: TimeBucket, other: TimeBucket): void {
  into.fromMs = Math.min(into.fromMs, other.fromMs)
  into.toMs = Math.max(into.toMs, other.toMs)
  into.requests += other.requests
  into.failures += other.failures
  into.switches += other.switches
  into.binding += other.binding
  unite(into, other.index, other.letter, other.several)
}

/** A cell has a letter as long as one backend gave all its recognised answers. */
function unite(
  cell: TimeBucket,
  index: number | undefined,
  letter: string | undefined,
  several: boolean,
): void {
  if (several || (index !== undefined && cell.index !== undefined && index !== cell.index))
    cell.several = true
  cell.index ??= index
  cell.letter = cell.several ? undefined : (cell.letter ?? letter)
}
