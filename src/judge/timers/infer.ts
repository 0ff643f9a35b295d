import type { Contacts } from './contact.ts'
import { agesOf, criticalAges, logLikelihood } from './likelihood.ts'
import { inexactTimers, kindPriors, type Prior, priorBelow, secondMs } from './prior.ts'
import type { TimerKind } from '../../model/probe/results/timeout-result.ts'
import { smallMs, timerKinds } from './timer.ts'

/** All timers of a kind between two times, which the contacts do not tell apart. */
interface TimerCell {
  kind: TimerKind
  /** `exact`: entries end at one time; `coarse`: within a second that begins at it; `vague`: anywhere between the two. */
  sort: 'exact' | 'coarse' | 'vague'
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

export interface Share {
  /** The posterior probability. */
  probability: number
  /** From when to when entries may end, for the timers that the confidence leaves; undefined when none is left. */
  range: Range | undefined
}

/** What contacts say about the proxy's timer. */
export interface Knowledge {
  kinds: Record<TimerKind, Share>
  /** Timers that end at one time, and those that count whole seconds. */
  clocks: Record<'exact' | 'coarse', Share>
  /** From when to when entries may end, for all timers of these that the confidence leaves; undefined when none is left. */
  range: Range | undefined
  /** Where none is left: the same for all others. */
  inexact: Range | undefined
  /** The time below which a share of the posterior lies, of timers of this clock and kind; where it begins to end, if coarse. */
  quantile: (share: number, clock: 'exact' | 'coarse', within: Range) => number
  /** The logarithm of the mean likelihood over the prior. */
  logEvidence: number
}

/**
 * What all contacts together say. Pure.
 *
 * The confidence set holds every timer whose likelihood is not `acceptedError` times smaller than the mean likelihood
 * over the prior. That mean, divided by the likelihood of the truth, is a martingale of mean 1 and exceeds
 * 1/acceptedError at any time with probability acceptedError at most (Ville's inequality): so the true timer is left
 * out with no greater probability, whatever it is, however the pauses were chosen and whenever one stops.
 */
export function infer(clients: readonly Contacts[], prior: Prior, acceptedError: number): Knowledge {
  const exact = timerKinds.flatMap((kind) => exactCells(clients, kind, prior))
  const cells = [...exact, ...timerKinds.flatMap((kind) => coarseCells(clients, kind, prior))]
  const vague = vagueCells(clients, cells, prior, acceptedError)
  const all = [...cells, ...vague]
  const logMean = logSum(all.map(({ weight, logLikelihood }) => Math.log(weight) + logLikelihood))
  const isLeft = (cell: TimerCell): boolean => logMean - cell.logBound < Math.log(1 / acceptedError)
  const left = cells.filter((cell) => isLeft(cell))
  const posterior = (cell: TimerCell): number => cell.weight * Math.exp(cell.logLikelihood - logMean)
  const share = (isMeant: (cell: TimerCell) => boolean): Share => ({
    // A sum of thousands of rounded numbers can pass 1.
    probability: Math.min(
      1,
      all.reduce((sum, cell) => sum + (isMeant(cell) ? posterior(cell) : 0), 0),
    ),
    range: hull(left.filter((cell) => isMeant(cell))),
  })
  return {
    kinds: {
      idle: share(({ kind }) => kind === 'idle'),
      absolute: share(({ kind }) => kind === 'absolute'),
    },
    clocks: { exact: share(({ sort }) => sort === 'exact'), coarse: share(({ sort }) => sort === 'coarse') },
    range: hull(left),
    inexact: left.length > 0 ? undefined : hull(vague.filter((cell) => isLeft(cell))),
    quantile: (part, clock, within) =>
      quantile(
        cells.filter(({ sort }) => sort === clock),
        posterior,
        prior[clock],
        part,
        within,
      ),
    logEvidence: logMean,
  }
}

/**
 * Exact timers, cut where the likelihood changes. Each client's likelihood is a step function with few steps; the sum
 * of their logarithms needs one pass over all steps in order.
 */
function exactCells(clients: readonly Contacts[], kind: TimerKind, prior: Prior): TimerCell[] {
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
  const cells: TimerCell[] = []
  const add = (fromMs: number, toMs: number): void => {
    const share = priorBelow(prior.exact, toMs) - priorBelow(prior.exact, fromMs)
    const weight = prior.weights.exact * kindPriors[kind] * share
    if (weight > 0)
      cells.push({ kind, sort: 'exact', fromMs, toMs, logLikelihood: logValue, logBound, weight })
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

/** How finely timers of whole seconds are told apart, in milliseconds, and how many are looked at. */
const grainMs = 20
const mostGrains = 300

/**
 * Timers of whole seconds, by when entries begin to end. Where an age is within the second the likelihood changes
 * smoothly and is looked at in grains; elsewhere it is the same.
 */
function coarseCells(clients: readonly Contacts[], kind: TimerKind, prior: Prior): TimerCell[] {
  const ages = clients.map((contacts) => agesOf(contacts, kind))
  const isBlurred = ages.map((own) => own.some(({ least, most }) => most - least > smallMs))
  const stretches = merged(
    ages.flat().map(({ least, most }) => ({
      fromMs: Math.max(0, least - secondMs),
      toMs: Math.max(0, most),
    })),
  )
  const length = stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const grain = Math.max(grainMs, length / mostGrains)
  const edges = [0]
  for (const { fromMs, toMs } of stretches) {
    const count = Math.ceil((toMs - fromMs) / grain)
    for (let index = 0; index <= count; index++) edges.push(fromMs + ((toMs - fromMs) * index) / count)
  }
  edges.push(Infinity)
  return edges.flatMap((fromMs, index) => {
    const toMs = edges[index + 1] ?? fromMs
    const share = priorBelow(prior.coarse, toMs) - priorBelow(prior.coarse, fromMs)
    if (share <= 0) return []
    const begin = toMs === Infinity ? fromMs + 1 : (fromMs + toMs) / 2
    const timer = { kind, fromMs: begin, toMs: begin + secondMs }
    const means = clients.map((contacts) => logLikelihood(contacts, timer, 'mean'))
    // Where ages are known exactly enough the bound is the same: fate.
    const bounds = clients.map((contacts, client) =>
      isBlurred[client]! ? logLikelihood(contacts, timer, 'most') : means[client]!,
    )
    return {
      kind,
      sort: 'coarse' as const,
      fromMs,
      toMs: toMs + secondMs,
      logLikelihood: total(means),
      logBound: total(bounds),
      weight: prior.weights.coarse * kindPriors[kind] * share,
    }
  })
}

function total(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

/** Stretches that touch as one, the earliest first, none empty. */
function merged(stretches: readonly Range[]): Range[] {
  const joined: Range[] = []
  for (const stretch of stretches.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1)
    if (last !== undefined && stretch.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, stretch.toMs)
    else if (stretch.toMs > stretch.fromMs) joined.push({ ...stretch })
  }
  return joined
}

/**
 * Vague timers, where they can matter: a mean that leaves some of them out is smaller, so that nothing is excluded
 * that should not be.
 */
function vagueCells(
  clients: readonly Contacts[],
  cells: readonly TimerCell[],
  prior: Prior,
  acceptedError: number,
): TimerCell[] {
  const { best, longestMs } = bestImaginable(clients)
  const known = Math.max(...cells.map((cell) => cell.logLikelihood))
  const timers = inexactTimers()
  const weight = prior.weights.vague / timers.length / timerKinds.length
  // No vague timer could exclude the best of the others.
  if (best - known < Math.log(1 / acceptedError / weight)) return []
  return timers
    .filter(({ fromMs }) => fromMs < longestMs)
    .flatMap((timer) =>
      timerKinds.map((kind) => {
        const values = clients.map((contacts) => logLikelihood(contacts, { kind, ...timer }, 'mean'))
        const sum = total(values)
        return { kind, sort: 'vague' as const, ...timer, logLikelihood: sum, logBound: sum, weight }
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
  cells: readonly TimerCell[],
  posterior: (cell: TimerCell) => number,
  prior: Prior['exact'],
  share: number,
  within: Range,
): number {
  // Both kinds in one order, each cell cut to the range with its part of the prior.
  const parts = cells
    .flatMap((cell) => {
      const end = cell.sort === 'coarse' ? cell.toMs - secondMs : cell.toMs
      const fromMs = Math.max(cell.fromMs, within.fromMs)
      const toMs = Math.min(end, within.toMs)
      if (fromMs >= toMs) return []
      const whole = priorBelow(prior, end) - priorBelow(prior, cell.fromMs)
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
export function logSum(values: readonly number[]): number {
  const greatest = Math.max(...values)
  return greatest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - greatest), 0))
}
