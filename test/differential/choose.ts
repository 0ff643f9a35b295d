import { bases } from './bases.ts'
import { type Mutant, mutantsOf } from './mutate.ts'

/** About so many of all mutants, evenly from all bases and fields; the same in every run. */
export function chosen(most: number): Mutant[] {
  const all = bases.flatMap((base) => [...mutantsOf(base)])
  // A step that divides no list's length goes through the ways to change a field in turn.
  const step = Math.max(1, Math.floor(all.length / most))
  return all.filter((_, index) => index % step === 0)
}
