import type { Analyzer, Need } from '../mechanisms/analyzer.ts'
import type { Fact, Store, Unknown } from '../model/cluster/store.ts'
import type { ObjectType } from '../model/cluster/object.ts'
import { analyzers } from './analyzers/index.ts'

/** What analyzers need, of a store that thousands of targets share: what is known for all of them is asked for once. */
export interface SharedNeeds {
  /** Of each analyzer the needs that are unknown, or another thing for each target. */
  open: ReadonlyMap<Analyzer, readonly Need[]>
  /** Types of whose objects nobody knows which there are: who is about them says so. */
  unseen: ReadonlySet<ObjectType>
  /** All that should have been read for a target and could not be. */
  unknowns: (store: Store, gaps: readonly Unknown[]) => Unknown[]
}

/** Looks at what a store knows. */
export function sharedNeeds(shared: Store): SharedNeeds {
  const isOpen = (need: Need): boolean => isOfOne(need) || !factOf(need, shared).known
  const ofAll = [...allNeeds].filter((need) => isOpen(need))
  return {
    unseen: new Set(
      analyzers.flatMap(({ about }) => (about === undefined || shared.list(about).known ? [] : about)),
    ),
    open: new Map(analyzers.map((one) => [one, one.needs.filter((need) => isOpen(need))])),
    unknowns: (store, gaps) => {
      const found = new Map(gaps.map((gap) => [gap.what, gap]))
      for (const need of ofAll) {
        const fact = factOf(need, store)
        // What nobody asked for is no gap, and files never hold a cluster.
        if (fact.known || fact.why.reason === 'not-asked' || fact.why.reason === 'not-in-files') continue
        found.set(fact.why.what, fact.why)
      }
      return [...found.values()]
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
