import type { Analyzer, Need } from '../mechanisms/analyzer.ts'
import type { Fact, Store, Unknown } from '../model/cluster/store.ts'
import type { ObjectType } from '../model/cluster/object.ts'
import { analyzers } from './analyzers/index.ts'

/** What a store that thousands of targets share says of analyzers: what is known for all of them is asked for once. */
export interface SharedNeeds {
  /** Who may have something to look at, in the order in which they are asked. */
  groups: readonly AnalyzerGroup[]
  /** All that should have been read for a target and could not be. */
  unknowns: (store: Store, gaps: readonly Unknown[]) => Unknown[]
}

/** Analyzers that are asked for the same targets. */
export interface AnalyzerGroup {
  /** Where an object of this type matters for the target; undefined for every target. */
  type: ObjectType | undefined
  /** With the needs of each that are unknown, or another thing for each target. */
  members: { one: Analyzer; needs: readonly Need[] }[]
}

/** Looks at what a store knows. */
export function sharedNeeds(shared: Store): SharedNeeds {
  const isOpen = (need: Need): boolean => isOfOne(need) || !factOf(need, shared).known
  const ofAll = [...allNeeds].filter((need) => isOpen(need))
  const groups: AnalyzerGroup[] = []
  for (const one of analyzers) {
    const list = one.about && shared.list(one.about)
    // Of most types a cluster has no object.
    if (list?.known === true && list.value.length === 0) continue
    // Of whose objects nobody knows which there are, who is about them says so.
    const type = list?.known === true ? one.about : undefined
    const member = { one, needs: one.needs.filter((need) => isOpen(need)) }
    const last = groups.at(-1)
    if (last !== undefined && last.type === type) last.members.push(member)
    else groups.push({ type, members: [member] })
  }
  return {
    groups,
    unknowns: (store, gaps) => {
      const missing = new Map(gaps.map((gap) => [gap.what, gap]))
      for (const need of ofAll) {
        const fact = factOf(need, store)
        // What nobody asked for is no gap, and files never hold a cluster.
        if (fact.known || fact.why.reason === 'not-asked' || fact.why.reason === 'not-in-files') continue
        missing.set(fact.why.what, fact.why)
      }
      return [...missing.values()]
    },
  }
}

/** Why an analyzer cannot look; undefined where all that it needs is known. */
export function firstUnknown(needs: readonly Need[], store: Store): Unknown | undefined {
  for (const need of needs) {
    const fact = factOf(need, store)
    if (!fact.known) return fact.why
  }
  return undefined
}

const allNeeds: ReadonlySet<Need> = new Set(analyzers.flatMap(({ needs }) => needs))

function isOfOne(need: Need): boolean {
  return 'isOfOne' in need && need.isOfOne
}

function factOf(need: Need, store: Store): Fact<unknown> {
  return 'resource' in need ? store.list(need) : store.fact(need)
}
