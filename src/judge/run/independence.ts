import { joinAll, type Block } from '../statistics/course.ts'
import { chanceOfRun, hypergeometricAtLeast } from '../statistics/hypergeometric.ts'
import { logMean } from '../statistics/keeping.ts'
import { chanceOfAtMostRuns } from '../statistics/runs.ts'
import { sumsBefore, windowsOf, within } from '../statistics/windows.ts'
import { defined } from '../../model/common/values.ts'

/** Up to this many picks the exact distribution of runs is counted: a few milliseconds at most. */
const mostExact = 200

/** How sure a place must be to be named. */
const placeError = 0.001

/** Where picks depend on each other, as far as it can be told. */
export interface DependentPicks {
  /** The first and the last pick of it, counted from 1. */
  fromPick: number
  toPick: number
  fromMs: number
  toMs: number
  /** The backend that is picked there more often than elsewhere. */
  backend?: number
}

/** What a test found: how likely chance does as much, and where. */
export interface Dependence {
  chance: number
  place?: DependentPicks
}

/** The part of the error that each of three tests may use for what the first one does not see. */
const sideError = 0.05

/**
 * The probability that picks which are independent of each other, with whatever shares, look as dependent as these. Tests
 * look for what keeping leaves behind, and share the error (Bonferroni), 85 % for the first:
 *
 * - few switches in all: the exact distribution of runs, up to 200 picks;
 * - keeping at any length and place: the mean of E (`keepingOf`) over the whole and over windows of every length; above 200
 *   picks this is the first one;
 * - one long run: its probability at any place;
 * - shares that change: more picks of one backend within a window than drawing from all picks gives.
 *
 * All are conditional on how many picks each backend got, so that none assumes shares, and all hold for every n. All are
 * one-sided: a proxy that takes turns, or evens out its load, keeps less than chance does.
 */
export function dependence(blocks: readonly Block[]): Dependence {
  const all = joinAll(blocks)
  if (all === undefined || all.hits.size < 2) return { chance: 1 }
  const shares = changeOfShares(blocks, all)
  const keeping = chanceOfKeeping(blocks, all)
  const [first, second] = all.picks <= mostExact ? [fewSwitches(all), keeping] : [keeping, 1]
  const side = Math.min(second, chanceOfLongestRun(all), shares.chance)
  const chance = Math.min(1, first / (1 - 3 * sideError), side / sideError)
  // A place that is not sure itself is not said.
  const place = shares.chance <= placeError ? shares.place : undefined
  return defined({ chance, place })
}

function fewSwitches({ hits, switches }: Block): number {
  const counts = [...hits.values()]
  // As many as chance makes on average are not few, and need no counting.
  return switches >= switchesIfIndependent(counts) ? 1 : chanceOfAtMostRuns(switches + 1, counts)
}

/**
 * 1/E, where E is the mean over the whole run (half of it) and, for the other half, over windows of each length. A mean of
 * values with mean 1 has mean 1, whatever they have to do with each other.
 */
function chanceOfKeeping(blocks: readonly Block[], all: Block): number {
  const whole = logMean(all.keeping)
  const levels = windowsOf(blocks.length)
  if (levels.length === 0) return Math.min(1, Math.exp(-whole))
  const sums = all.keeping.map((_, rate) => sumsBefore(blocks, (block) => block.keeping[rate] ?? 0))
  const values = [whole - Math.log(2)]
  for (const level of levels) {
    const weight = Math.log(2 * levels.length * level.length)
    for (const window of level) values.push(logMean(sums.map((sum) => within(sum, window))) - weight)
  }
  return Math.min(1, Math.exp(-(logMean(values) + Math.log(values.length))))
}

/** Some run is as unlikely as the most unlikely one, for any of the backends. */
function chanceOfLongestRun({ picks, hits, longest }: Block): number {
  let best = 1
  for (const [backend, length] of longest)
    best = Math.min(best, hits.size * chanceOfRun(length, picks, hits.get(backend) ?? 0))
  return best
}

/** What a window may hold by chance, for every window and every backend. */
function changeOfShares(blocks: readonly Block[], all: Block): Dependence {
  const levels = windowsOf(blocks.length)
  const tests = all.hits.size * levels.reduce((sum, level) => sum + level.length, 0)
  const picks = sumsBefore(blocks, (block) => block.picks)
  let best: Dependence = { chance: 1 }
  for (const [backend, hits] of all.hits) {
    const own = sumsBefore(blocks, (block) => block.hits.get(backend) ?? 0)
    for (const level of levels) {
      for (const window of level) {
        const drawn = within(picks, window)
        const found = within(own, window)
        if (!isWorthwhile(found, drawn, hits, all.picks, best.chance / tests)) continue
        const chance = tests * hypergeometricAtLeast(found, all.picks, hits, drawn)
        if (chance >= best.chance) continue
        const fromPick = (picks[window.from] ?? 0) + 1
        const toPick = picks[window.to] ?? all.picks
        const fromMs = blocks[window.from]?.fromMs ?? all.fromMs
        const toMs = blocks[window.to - 1]?.toMs ?? all.toMs
        best = { chance, place: { fromPick, toPick, fromMs, toMs, backend } }
      }
    }
  }
  return best
}

/**
 * Whether a window can be less likely than what was found already: its probability is near e^(−G/2), where G is the
 * likelihood ratio of its share and that of the rest. Leaving one out makes no statement surer than it is.
 */
function isWorthwhile(found: number, drawn: number, hits: number, picks: number, chance: number): boolean {
  const share = hits / picks
  const inside = found / drawn
  if (inside <= share) return false
  const outside = picks === drawn ? share : (hits - found) / (picks - drawn)
  const g = drawn * divergence(inside, share) + (picks - drawn) * divergence(outside, share)
  return g - Math.log(picks) > -Math.log(chance) - 5
}

/** Kullback and Leibler's, of one share from another. */
function divergence(one: number, other: number): number {
  const part = (a: number, b: number): number => (a <= 0 ? 0 : a * Math.log(a / b))
  return part(one, other) + part(1 - one, 1 - other)
}

/**
 * The number of switches that independent picks with the same hits have on average: two neighbours are the same with
 * probability Σ h(h − 1) / n(n − 1).
 */
export function switchesIfIndependent(hits: readonly number[]): number {
  let picks = 0
  let pairs = 0
  for (const count of hits) {
    picks += count
    pairs += count * (count - 1)
  }
  return picks < 2 ? 0 : picks - 1 - pairs / picks
}
