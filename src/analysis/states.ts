import type { Unknown } from '../model/cluster/store.ts'
import type { Code } from '../model/findings/code.ts'

/** What is known of a code. */
export type State = 'found' | 'passed' | Unknown

export interface NotPossible {
  codes: Code[]
  why: Unknown
}

/** Codes that were not found, each in exactly one of the lists. */
export interface StateLists {
  /** Codes that were looked for and not found. */
  passed: Code[]
  /** Codes that could not be looked for, or not everywhere, by what would have to be known. */
  notPossible: NotPossible[]
  /** Codes that say nothing about such a target: there was nothing to look at. */
  doesNotApply: Code[]
}

/** More than a cluster has; who is in none of the states that were kept has lists of its own. */
const manyStates = 1000

/** States as numbers: from `unknown` on, one for each reason. */
const [passed, found, unknown] = [1, 2, 3]

/** The codes that somebody looks for, each with its place. */
export class CheckOrder {
  readonly placeOf: ReadonlyMap<Code, number>
  /** The states of which nobody has told. */
  readonly none: readonly number[]
  readonly #codes: readonly Code[]
  /** Of thousands of Services most are in one of a few states: they share the lists. */
  readonly #known = new Map<string, StateLists>()
  readonly #whys: Unknown[] = []
  readonly #numbers = new Map<Unknown, number>()

  constructor(codes: readonly Code[]) {
    this.#codes = [...new Set(codes)]
    this.placeOf = new Map(this.#codes.map((code, place) => [code, place]))
    this.none = this.#codes.map(() => 0)
  }

  /** What is known of every code, by the number of its state; 0 where it does not apply. */
  listsOf(states: readonly number[]): StateLists {
    const key = states.join()
    const lists = this.#known.get(key) ?? this.#listed(states)
    if (this.#known.size < manyStates) this.#known.set(key, lists)
    return lists
  }

  numberOf(state: State): number {
    if (state === 'passed') return passed
    if (state === 'found') return found
    const number = this.#numbers.get(state) ?? unknown + this.#whys.push(state) - 1
    this.#numbers.set(state, number)
    return number
  }

  #listed(states: readonly number[]): StateLists {
    const lists = { passed: [] as Code[], doesNotApply: [] as Code[] }
    const blocked = new Map<string, NotPossible>()
    for (const [place, code] of this.#codes.entries()) {
      const state = states[place] ?? 0
      if (state < found) lists[state === passed ? 'passed' : 'doesNotApply'].push(code)
      const why = this.#whys[state - unknown]
      if (why === undefined) continue
      const entry = blocked.get(why.what) ?? { codes: [], why }
      entry.codes.push(code)
      blocked.set(why.what, entry)
    }
    return { ...lists, notPossible: [...blocked.values()] }
  }
}

/** What is known of each code: the worst that one of its analyzers says; where none says anything, it does not apply. */
export class CheckStates {
  readonly #order: CheckOrder
  readonly #states: number[]

  constructor(order: CheckOrder) {
    this.#order = order
    this.#states = [...order.none]
  }

  add(code: Code, state: State): void {
    const place = this.#order.placeOf.get(code)
    if (place === undefined) throw new Error(`nobody looks for ${code}`)
    const number = this.#order.numberOf(state)
    // Of several reasons why nobody knows, the first is said.
    if (number === found || (this.#states[place] ?? 0) < Math.min(number, found)) this.#states[place] = number
  }

  lists(): StateLists {
    return this.#order.listsOf(this.#states)
  }
}
