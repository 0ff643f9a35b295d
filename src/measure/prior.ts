/**
 * Where a timer may be before anything was seen: a mixture of uniform and log-uniform densities over milliseconds. It
 * decides how soon a measurement is done and not how often it is wrong: that is bounded whatever the truth is.
 */
export interface Prior {
  parts: readonly Part[]
}

interface Part {
  weight: number
  fromMs: number
  toMs: number
  /** Equal shares for equal ratios instead of equal differences. */
  logarithmic?: true
}

/** Nothing that is measured is shorter: such a timer is none. */
export const shortestMs = 50
/** API servers allow a day; somebody's own proxy may take more. */
const longestMs = 10 * 86_400_000

/**
 * @param configuredMs the timeout that the Service is configured for; undefined without affinity
 */
export function priorFor(configuredMs: number | undefined): Prior {
  const none = { fromMs: 0, toMs: shortestMs }
  // Entries of IPVS last as long as their last connection, which spends two minutes in TIME_WAIT; its timer then
  // looks again every minute (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_expire). kubernetes/kubernetes#89358
  const floor: Part[] = [
    { weight: 0.05, fromMs: 119_900, toMs: 120_100 },
    { weight: 0.05, fromMs: 119_900, toMs: 185_000 },
  ]
  const anything: Part = { weight: 0.3, fromMs: shortestMs, toMs: longestMs, logarithmic: true }
  if (configuredMs === undefined) return { parts: [{ weight: 0.6, ...none }, ...floor, anything] }
  return {
    parts: [
      // Exact, or counted in whole seconds.
      { weight: 0.35, fromMs: configuredMs - 50, toMs: configuredMs + 50 },
      { weight: 0.15, fromMs: configuredMs, toMs: configuredMs + 1500 },
      { weight: 0.1, ...none },
      ...floor,
      anything,
    ],
  }
}

/** The probability that the timer is shorter than this. */
export function priorBelow({ parts }: Prior, ms: number): number {
  let sum = 0
  for (const { weight, fromMs, toMs, logarithmic } of parts) {
    const inside = Math.min(toMs, Math.max(fromMs, ms))
    sum +=
      weight *
      (logarithmic === true
        ? Math.log(inside / fromMs) / Math.log(toMs / fromMs)
        : (inside - fromMs) / (toMs - fromMs))
  }
  return sum
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
