import type { Contacts } from './contact.ts'
import { criticalAges, logLikelihood } from './likelihood.ts'
import { inexactTimers, type Prior, priorBelow } from './prior.ts'
import type { TimerKind } from '../model/timeout-result.ts'
import { timerKinds } from './timer.ts'

/** All exact timers of a kind between two times, which the contacts do not tell apart. */
interface Cell {
  kind: TimerKind
  fromMs: number
  toMs: number
  logLikelihood: number
  /** An upper bound of it that also holds where a contact's age is not known exactly enough. */
  logBound: number
  /** The share of the prior. */
  weight: number
}

/** Times between which a timer is, in milliseconds; `toMs` may be Infinity. */
export interface Range {
  fromMs: number
  toMs: number
}

export interface KindKnowledge {
  /** The posterior probability of this kind. */
  probability: number
  /** The exact timers of this kind that the confidence leaves; undefined when none is left. */
  range: Range | undefined
}

/** What contacts say about the proxy's timer. */
export interface Knowledge {
  kinds: Record<TimerKind, KindKnowledge>
  /** The exact timers of either kind that the confidence leaves; undefined when no exact timer is left. */
  range: Range | undefined
  /** Where no exact timer is left: from when to when entries may end, for all inexact ones that are left. */
  inexact: Range | undefined
  /** The time below which a share of the posterior lies, of exact timers within the range. */
  quantile: (share: number, within: Range) => number
}

/** The prior of the kinds of exact timers; what is missing to 1 is for inexact ones, of both kinds alike. */
const kindPriors: Record<TimerKind, number> = { idle: 0.6, absolute: 0.3 }
const inexactPrior = 0.1

/**
 * What all contacts together say. Pure.
 *
 * The confidence set holds every timer whose likelihood is not `acceptedError` times smaller than the mean likelihood
 * over the prior. That mean, divided by the likelihood of the truth, is a martingale of mean 1 and exceeds
 * 1/acceptedError at any time with probability acceptedError at most (Ville's inequality): so the true timer is left
 * out with no greater probability, whatever it is, however the pauses were chosen and whenever one stops.
 */
export function infer(clients: readonly Contacts[], prior: Prior, acceptedError: number): Knowledge {
  const cells = timerKinds.flatMap((kind) => cellsOf(clients, kind, prior))
  const inexact = inexactOf(clients, cells, acceptedError)
  const all = [...cells, ...inexact]
  const logMean = logSum(all.map(({ weight, logLikelihood }) => Math.log(weight) + logLikelihood))
  const isLeft = (cell: Cell): boolean => logMean - cell.logBound < Math.log(1 / acceptedError)
  const left = cells.filter((cell) => isLeft(cell))
  const posterior = (cell: Cell): number => cell.weight * Math.exp(cell.logLikelihood - logMean)
  const kind = (wanted: TimerKind): KindKnowledge => ({
    probability: all.reduce((sum, cell) => sum + (cell.kind === wanted ? posterior(cell) : 0), 0),
    range: hull(left.filter((cell) => cell.kind === wanted)),
  })
  return {
    kinds: { idle: kind('idle'), absolute: kind('absolute') },
    range: hull(left),
    inexact: left.length > 0 ? undefined : hull(inexact.filter((cell) => isLeft(cell))),
    quantile: (share, within) => quantile(cells, posterior, prior, share, within),
  }
}

/**
 * Exact timers, cut where the likelihood changes. Each client's likelihood is a step function with few steps; the sum
 * of their logarithms needs one pass over all steps in order.
 */
function cellsOf(clients: readonly Contacts[], kind: TimerKind, prior: Prior): Cell[] {
  const steps: { atMs: number; change: number; boundChange: number }[] = []
  let logValue = 0
  let logBound = 0
  for (const contacts of clients) {
    const ages = criticalAges(contacts, kind)
    const valuesAt = (ms: number): [mean: number, most: number] => {
      const timer = { kind, fromMs: ms, toMs: ms }
      return [logLikelihood(contacts, timer, 'mean'), logLikelihood(contacts, timer, 'most')]
    }
    let [value, bound] = valuesAt(ages.length === 0 ? 1 : ages[0]! / 2)
    logValue += value
    logBound += bound
    for (const [index, atMs] of ages.entries()) {
      const next = ages[index + 1]
      const [nextValue, nextBound] = valuesAt(next === undefined ? atMs * 2 : (atMs + next) / 2)
      steps.push({ atMs, change: nextValue - value, boundChange: nextBound - bound })
      value = nextValue
      bound = nextBound
    }
  }
  steps.sort((a, b) => a.atMs - b.atMs)
  const cells: Cell[] = []
  const add = (fromMs: number, toMs: number): void => {
    const weight = kindPriors[kind] * (priorBelow(prior, toMs) - priorBelow(prior, fromMs))
    if (weight > 0) cells.push({ kind, fromMs, toMs, logLikelihood: logValue, logBound, weight })
  }
  let fromMs = 0
  for (const { atMs, change, boundChange } of steps) {
    if (atMs > fromMs) add(fromMs, atMs)
    fromMs = atMs
    logValue += change
    logBound += boundChange
  }
  add(fromMs, Infinity)
  return cells
}

/**
 * Inexact timers, where they can matter: a mean that leaves some of them out is smaller, so that nothing is excluded
 * that should not be.
 */
function inexactOf(clients: readonly Contacts[], cells: readonly Cell[], acceptedError: number): Cell[] {
  const { best, longestMs } = bestImaginable(clients)
  const exact = Math.max(...cells.map((cell) => cell.logLikelihood))
  const timers = inexactTimers()
  const weight = inexactPrior / timers.length / timerKinds.length
  // No inexact timer could exclude the best exact one.
  if (best - exact < Math.log(1 / acceptedError / weight)) return []
  return timers
    .filter(({ fromMs }) => fromMs < longestMs)
    .flatMap((timer) =>
      timerKinds.map((kind) => {
        const values = clients.map((contacts) => logLikelihood(contacts, { kind, ...timer }, 'mean'))
        const sum = values.reduce((all, value) => all + value, 0)
        return { kind, ...timer, logLikelihood: sum, logBound: sum, weight }
      }),
    )
}

/** The log-likelihood of a proxy that kept whatever stayed and picked anew whatever moved, and the longest pause. */
function bestImaginable(clients: readonly Contacts[]): { best: number; longestMs: number } {
  let [best, longestMs] = [0, 0]
  for (const contacts of clients) {
    for (let index = 1; index < contacts.length; index++) {
      const [before, contact] = [contacts[index - 1]!, contacts[index]!]
      if (contact.forced === true) continue
      if (before.backend !== contact.backend) best -= Math.log(contact.eligible)
      longestMs = Math.max(longestMs, contact.toMs - before.fromMs)
    }
  }
  return { best, longestMs }
}

function quantile(
  cells: readonly Cell[],
  posterior: (cell: Cell) => number,
  prior: Prior,
  share: number,
  within: Range,
): number {
  // Both kinds in one order, each cell cut to the range with its part of the prior.
  const parts = cells
    .flatMap((cell) => {
      const fromMs = Math.max(cell.fromMs, within.fromMs)
      const toMs = Math.min(cell.toMs, within.toMs)
      if (fromMs >= toMs) return []
      const whole = priorBelow(prior, cell.toMs) - priorBelow(prior, cell.fromMs)
      const part = priorBelow(prior, toMs) - priorBelow(prior, fromMs)
      return [{ fromMs, toMs, mass: whole > 0 ? (posterior(cell) * part) / whole : 0, whole: part }]
    })
    .filter(({ mass }) => mass > 0)
  const total = parts.reduce((sum, { mass }) => sum + mass, 0)
  const below = (ms: number): number =>
    parts.reduce((sum, { fromMs, toMs, mass, whole }) => {
      if (ms >= toMs) return sum + mass
      if (ms <= fromMs) return sum
      return sum + (mass * (priorBelow(prior, ms) - priorBelow(prior, fromMs))) / whole
    }, 0)
  let [low, high] = [within.fromMs, within.toMs]
  // The range may be very wide, and its lower end 0.
  for (let turn = 0; turn < 60 && high - low > 1; turn++) {
    const middle = high > 4 * (low + 1) ? Math.sqrt((low + 1) * (high + 1)) : (low + high) / 2
    if (below(middle) < share * total) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function hull(cells: readonly Range[]): Range | undefined {
  if (cells.length === 0) return undefined
  return {
    fromMs: Math.min(...cells.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...cells.map(({ toMs }) => toMs)),
  }
}

/** ln Σ exp(xᵢ), without overflow. */
function logSum(values: readonly number[]): number {
  const greatest = Math.max(...values)
  return greatest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - greatest), 0))
}
