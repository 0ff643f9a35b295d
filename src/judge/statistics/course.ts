import { keepingOf, mostPicks as leafPicks } from './keeping.ts'

/** Blocks that are kept unless told otherwise. */
const defaultMost = 1024

/** A stretch of picks that follow each other, added up so that neighbours can be joined. */
export interface Block {
  /** When its first and its last pick were made. */
  fromMs: number
  toMs: number
  picks: number
  /** Picks that another pick comes before and that reached another backend; the first one counts with the block before. */
  switches: number
  /** Connections that reached nobody who is known: failed, or answered without a name. */
  missing: number
  /** Picks per backend. */
  hits: ReadonlyMap<number, number>
  /** The longest run of each backend: picks of it without one of another between them. */
  longest: ReadonlyMap<number, number>
  /** The backends of the first and the last pick, and how long the runs at both ends are. */
  first: number
  last: number
  head: number
  tail: number
  /** How much better keeping explains the order than independence (`keepingOf`). */
  keeping: readonly number[]
}

/**
 * The order of a run's picks in bounded memory: blocks of 64 picks, joined in pairs once there are too many. Counts,
 * switches and the longest runs survive every joining; what gets coarser is the place of what is found.
 */
export class Course {
  readonly #most: number
  #blocks: Block[] = []
  #perBlock = leafPicks
  /** Picks of the open block, and when its first and its last one were made. */
  #pending: number[] = []
  #fromMs = 0
  #toMs = 0
  #missing = 0

  /** @param most blocks that are kept, an even number */
  constructor(most = defaultMost) {
    this.#most = most
  }

  /** The next connection reached this backend. */
  pick(index: number, atMs: number): void {
    if (this.#pending.length === leafPicks) this.#close()
    if (this.#pending.length === 0) this.#fromMs = atMs
    this.#toMs = atMs
    this.#pending.push(index)
  }

  /** The next connection reached nobody who is known. */
  miss(): void {
    this.#missing += 1
  }

  /** All blocks, the open one among them. */
  blocks(): Block[] {
    const open = this.#open()
    const last = this.#blocks.at(-1)
    if (open !== undefined) return [...this.#blocks, open]
    if (last === undefined || this.#missing === 0) return [...this.#blocks]
    return [...this.#blocks.slice(0, -1), { ...last, missing: last.missing + this.#missing }]
  }

  #open(): Block | undefined {
    const block = blockOf(this.#pending)
    return block && { ...block, fromMs: this.#fromMs, toMs: this.#toMs, missing: this.#missing }
  }

  #close(): void {
    const block = this.#open()
    this.#pending = []
    this.#missing = 0
    if (block === undefined) return
    const last = this.#blocks.at(-1)
    if (last !== undefined && last.picks < this.#perBlock) {
      this.#blocks[this.#blocks.length - 1] = joinAll([last, block])!
      return
    }
    if (this.#blocks.length >= this.#most) this.#halve()
    this.#blocks.push(block)
  }

  #halve(): void {
    const joined: Block[] = []
    for (let index = 0; index < this.#blocks.length; index += 2) {
      joined.push(joinAll(this.#blocks.slice(index, index + 2))!)
    }
    this.#blocks = joined
    this.#perBlock *= 2
  }
}

function blockOf(picks: readonly number[]): Omit<Block, 'fromMs' | 'toMs' | 'missing'> | undefined {
  const [first] = picks
  const last = picks.at(-1)
  if (first === undefined || last === undefined) return undefined
  const hits = new Map<number, number>()
  const longest = new Map<number, number>()
  let switches = 0
  let head = 0
  let from = 0
  for (let to = 1; to <= picks.length; to++) {
    const index = picks[from]!
    if (picks[to] === index) continue
    const run = to - from
    hits.set(index, (hits.get(index) ?? 0) + run)
    if (run > (longest.get(index) ?? 0)) longest.set(index, run)
    if (from === 0) head = run
    if (to === picks.length) break
    switches += 1
    from = to
  }
  return {
    picks: picks.length,
    switches,
    hits,
    longest,
    first,
    last,
    head,
    tail: picks.length - from,
    keeping: keepingOf(picks, hits),
  }
}

/** Several blocks that follow each other as one; undefined when there are none. */
export function joinAll(blocks: readonly Block[]): Block | undefined {
  const [first, ...others] = blocks
  if (first === undefined) return undefined
  const hits = new Map(first.hits)
  const longest = new Map(first.longest)
  const raise = (index: number, length: number): void => {
    if (length > (longest.get(index) ?? 0)) longest.set(index, length)
  }
  const all = { ...first, hits, longest, keeping: [...first.keeping] }
  for (const other of others) {
    for (const [index, count] of other.hits) hits.set(index, (hits.get(index) ?? 0) + count)
    for (const [index, length] of other.longest) raise(index, length)
    const isOne = all.last === other.first
    if (isOne) raise(all.last, all.tail + other.head)
    if (isOne && all.head === all.picks) all.head += other.head
    all.tail = isOne && other.tail === other.picks ? all.tail + other.picks : other.tail
    all.toMs = other.toMs
    all.picks += other.picks
    all.switches += other.switches + (isOne ? 0 : 1)
    all.missing += other.missing
    all.last = other.last
    for (const [rate, value] of other.keeping.entries()) all.keeping[rate]! += value
  }
  return all
}
