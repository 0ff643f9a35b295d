import type { ProxyClock } from '../../model/affinity/proxy-clock.ts'
import type { TimerKind } from '../../model/probe/results/timeout-result.ts'

/**
 * Where a timer may be before anything was seen: a mixture of uniform and log-uniform densities over milliseconds. It
 * decides how soon a measurement is done and not how often it is wrong: that is bounded whatever the truth is.
 */
export interface Prior {
  /** Where timers with one exact time end. */
  exact: readonly Part[]
  /** Where those of whole seconds begin to end. */
  coarse: readonly Part[]
  /** How probable each sort of timer is. */
  weights: Readonly<Record<'exact' | 'coarse' | 'vague', number>>
}

interface Part {
  weight: number
  fromMs: number
  toMs: number
  /** Equal shares for equal ratios instead of equal differences. */
  logarithmic?: true
}

/** From the first entry to the last one that ends, where a clock counts whole seconds. */
export const secondMs = 1000

/** The prior of the kinds. */
export const kindPriors: Readonly<Record<TimerKind, number>> = { idle: 0.65, absolute: 0.35 }

/** Nothing that is measured is shorter: such a timer is none. */
export const shortestMs = 50
/** API servers allow a day; somebody's own proxy may take more. */
const longestMs = 10 * 86_400_000

/**
 * @param configuredMs the timeout that the Service is configured for; undefined without affinity
 * @param clock of the proxy in charge, where it is known
 */
export function priorFor(configuredMs: number | undefined, clock?: ProxyClock): Prior {
  const none = { fromMs: 0, toMs: shortestMs }
  // Entries of IPVS last as long as their last connection, which spends two minutes in TIME_WAIT; its timer then
  // looks again every minute (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_expire). kubernetes/kubernetes#89358
  const floor: Part[] = [
    { weight: 0.05, fromMs: 119_900, toMs: 120_100 },
    { weight: 0.05, fromMs: 119_900, toMs: 185_000 },
  ]
  const anything: Part = { weight: 0.3, fromMs: shortestMs, toMs: longestMs, logarithmic: true }
  const isCoarse = clock !== undefined && clock.earlyMs + clock.lateMs > 0
  const weights = isCoarse
    ? { exact: 0.2, coarse: 0.75, vague: 0.05 }
    : { exact: 0.75, coarse: 0.2, vague: 0.05 }
  if (configuredMs === undefined) {
    return { exact: [{ weight: 0.6, ...none }, ...floor, anything], coarse: [anything], weights }
  }
  const begins = (ms: number, weight: number): Part => {
    const fromMs = Math.max(0, ms - 25)
    return { weight, fromMs, toMs: fromMs + 50 }
  }
  const early = isCoarse && clock.earlyMs === 0 ? 0.1 : 0.6
  const late = isCoarse && clock.lateMs === 0 ? 0.1 : 0.6
  return {
    exact: [
      { weight: 0.6, fromMs: configuredMs - 50, toMs: configuredMs + 50 },
      { weight: 0.1, ...none },
      ...floor,
      anything,
    ],
    coarse: [begins(configuredMs - secondMs, early), begins(configuredMs, late), anything],
    weights,
  }
}

/** The probability that a timer of these is shorter than this. */
export function priorBelow(parts: readonly Part[], ms: number): number {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  let sum = 0
  for (const { weight, fromMs, toMs, logarithmic } of parts) {
    const inside = Math.min(toMs, Math.max(fromMs, ms))
    sum +=
      weight *
      (logarithmic === true
        ? Math.log(inside / fromMs) / Math.log(toMs / fromMs)
        : (inside - fromMs) / (toMs - fromMs))
  }
  return sum / total
}

/** Inexact timers that are considered: their beginnings are a fixed grid, so that no evidence chooses them. */
export function inexactTimers(): { fromMs: number; toMs: number }[] {
  return grid
}

const step = 1.25
const widthsMs = [300, 1000, 3000]
const relativeWidths = [0.3, 1, 10]

const grid = Array.from(
  { length: Math.ceil(Math.log(86_400_000 / shortestMs) / Math.log(step)) },
  (_, index) => shortestMs * step ** index,
).flatMap((fromMs) => [
  ...widthsMs.map((width) => ({ fromMs, toMs: fromMs + width })),
  ...relativeWidths.map((share) => ({ fromMs, toMs: fromMs * (1 + share) })),
])
