import { judge } from '../../src/judge/run/judge.ts'
import type { Verdict } from '../../src/model/probe/results/verdict.ts'
import { seeded } from '../unit/judge/simulate.ts'
import { inputsFor, worlds } from './scenarios.ts'

/** What was said in some runs of a scenario. */
export interface Count {
  runs: number
  wrong: number
  said: Record<Verdict['behaviour'], number>
}

export function emptyCount(): Count {
  return { runs: 0, wrong: 0, said: { sticky: 0, spread: 0, broken: 0, inconclusive: 0 } }
}

/** Lets the judge see runs `first` … of a world. Each run has a seed of its own, so that it does not matter who makes it. */
export function count(index: number, first: number, runs: number, seed: number): Count[] {
  const world = worlds.get(index)
  if (world === undefined) throw new RangeError(`no world ${index}`)
  const counts = world.map(() => emptyCount())
  for (let run = first; run < first + runs; run++) {
    const random = seeded(seed + index * 1_000_003 + run * 7919)
    // A verdict and the name of it are judged alike.
    const verdicts = new Map<string, Verdict>()
    for (const [place, input] of inputsFor(world, random).entries()) {
      const { configured, overrides } = world[place]!
      const kind = `${configured} ${JSON.stringify(overrides)}`
      const verdict = verdicts.get(kind) ?? judge(input)
      verdicts.set(kind, verdict)
      const counted = counts[place]!
      counted.runs += 1
      counted.said[verdict.behaviour] += 1
      if (world[place]!.wrong(verdict)) counted.wrong += 1
    }
  }
  return counts
}

function add(one: Count, other: Count): Count {
  const said = { ...one.said }
  for (const behaviour of Object.keys(said) as Verdict['behaviour'][])
    said[behaviour] += other.said[behaviour]
  return { runs: one.runs + other.runs, wrong: one.wrong + other.wrong, said }
}

export function addAll(some: readonly Count[], others: readonly Count[]): Count[] {
  return others.map((other, place) => add(some[place] ?? emptyCount(), other))
}
