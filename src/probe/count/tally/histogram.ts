import type { Latency } from '../../../model/probe/results/probe-result.ts'

/** The upper bound of the first bucket in milliseconds, and the step from one bucket to the next. */
const smallest = 0.01
const step = 1.02
const perStep = 1 / Math.log(step)
/** Enough for 100 days. */
const buckets = 1 + Math.ceil(Math.log(1e10 / smallest) * perStep)

/**
 * Latencies in buckets whose bounds grow by 2 %: bucket i holds (s·1.02^(i−1), s·1.02^i]. A percentile is the upper bound
 * of its bucket, so that it is at most 2 % too high and never too low. The memory is bounded however many values there
 * are, and that of the buckets in use: a survey has thousands of histograms with a few values each.
 */
export class Histogram {
  readonly #counts = new Map<number, number>()
  #total = 0
  #max = 0

  add(milliseconds: number): void {
    const value = Math.max(0, milliseconds)
    const index = value <= smallest ? 0 : Math.ceil(Math.log(value / smallest) * perStep)
    this.#count(Math.min(buckets - 1, index), 1)
    if (value > this.#max) this.#max = value
  }

  /** Counts everything that `other` has counted. */
  merge(other: Histogram): void {
    for (const [index, count] of other.#counts) this.#count(index, count)
    this.#max = Math.max(this.#max, other.#max)
  }

  latency(): Latency {
    const [p50 = 0, p90 = 0, p99 = 0] = this.#percentiles([0.5, 0.9, 0.99])
    return { p50, p90, p99, max: this.#max }
  }

  #count(index: number, count: number): void {
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + count)
    this.#total += count
  }

  /** The values that these shares of all values do not exceed (nearest rank). */
  #percentiles(shares: readonly number[]): number[] {
    const sorted = [...this.#counts].sort(([one], [other]) => one - other)
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(this.#total * share))
      let seen = 0
      for (const [index, count] of sorted) {
        seen += count
        if (seen >= rank) return Math.min(this.#max, smallest * step ** index)
      }
      return this.#max
    })
  }
}
