import type { Unknown } from '../model/cluster/store.ts'
import type { Code } from '../model/findings/code.ts'

/** What is known of a code. */
export type State = 'found' | 'passed' | 'does-not-apply' | Unknown

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

/** The codes that somebody looks for, each with its place. */
export class CheckOrder {
  readonly placeOf: ReadonlyMap<Code, number>
  readonly #codes: readonly Code[]
  /** Of thousands of Services most are in one of a few states: they share the lists. */
  readonly #known = new Map<string, StateLists>()
  readonly #numbers = new WeakMap<Unknown, number>()
  #next = 0

  constructor(codes: readonly Code[]) {
    this.#codes = [...new Set(codes)]
    this.placeOf = new Map(this.#codes.map((code, place) => [code, place]))
  }

  /** What is known of every code; by its place, and empty where it does not apply. */
  listsOf(states: readonly (State | undefined)[]): StateLists {
    const key = this.#signatureOf(states)
    const lists = this.#known.get(key) ?? this.#listed(states)
    if (this.#known.size < manyStates) this.#known.set(key, lists)
    return lists
  }

  /** Equal for states that are the same. */
  #signatureOf(states: readonly (State | undefined)[]): string {
    let signature = ''
    for (const state of states) {
      signature += typeof state === 'object' ? `${this.#numberOf(state)}.` : (state?.[0] ?? '-')
    }
    return signature
  }

  #numberOf(why: Unknown): number {
    const number = this.#numbers.get(why) ?? this.#next++
    this.#numbers.set(why, number)
    return number
  }

  #listed(states: readonly (State | undefined)[]): StateLists {
    const passed: Code[] = []
    const doesNotApply: Code[] = []
    const blocked = new Map<string, NotPossible>()
    for (const [place, code] of this.#codes.entries()) {
      const state = states[place]
      if (state === 'passed') passed.push(code)
      else if (state === undefined) doesNotApply.push(code)
      else if (typeof state !== 'string') {
        const entry = blocked.get(state.what) ?? { codes: [], why: state }
        entry.codes.push(code)
        blocked.set(state.what, entry)
      }
    }
    return { passed, notPossible: [...blocked.values()], doesNotApply }
  }
}

/** What is known of each code: the worst that one of its analyzers says; where none says anything, it does not apply. */
export class CheckStates {
  readonly #order: CheckOrder
  /** By place; empty for what does not apply, which is most of them. */
  readonly #states: (State | undefined)[] = []

  constructor(order: CheckOrder) {
    this.#order = order
  }

  add(code: Code, state: State): void {
    if (state === 'does-not-apply') return
    const place = this.#order.placeOf.get(code)
    if (place === undefined) throw new Error(`nobody looks for ${code}`)
    const before = this.#states[place]
    if (before === undefined || badness(state) > badness(before)) this.#states[place] = state
  }

  lists(): StateLists {
    return this.#order.listsOf(this.#states)
  }
}

const ranks = { 'does-not-apply': 0, passed: 1, found: 3 }

function badness(state: State): number {
  return typeof state === 'string' ? ranks[state] : 2
}
