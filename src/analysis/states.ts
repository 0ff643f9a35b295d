import type { Unknown } from '../model/cluster/fact.ts'
import type { Code } from './codes.ts'

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

/** What is known of each code: the worst that one of its analyzers says. */
export class CheckStates {
  readonly #states = new Map<Code, State>()

  add(code: Code, state: State): void {
    const before = this.#states.get(code)
    if (before === undefined || badness(state) > badness(before)) this.#states.set(code, state)
  }

  lists(): StateLists {
    const passed: Code[] = []
    const doesNotApply: Code[] = []
    const blocked = new Map<string, NotPossible>()
    for (const [code, state] of this.#states) {
      if (state === 'passed') passed.push(code)
      else if (state === 'does-not-apply') doesNotApply.push(code)
      else if (state !== 'found') {
        const entry = blocked.get(state.what) ?? { codes: [], why: state }
        entry.codes.push(code)
        blocked.set(state.what, entry)
      }
    }
    return { passed, notPossible: [...blocked.values()], doesNotApply }
  }
}

const ranks = { 'does-not-apply': 0, passed: 1, found: 3 }

function badness(state: State): number {
  return typeof state === 'string' ? ranks[state] : 2
}
