import type { Latency } from '../model/probe-result.ts'

/** The upper bound of the first bucket in milliseconds, and the step from one bucket to the next. */
const smallest = 0.01
const step = 1.02
const perStep = 1 / Math.log(step)
/** Enough for 100 days. */
const buckets = 1 + Math.ceil(Math.log(1e10 / smallest) * perStep)

/**
 * Latencies in buckets whose bounds grow by 2 %: bucket i holds (s·1.02^(i−1), s·1.02^i]. A percentile is the upper bound
 * of its bucket, so that it is at most 2 % too high and never too low. The same memory however many values there are.
 */
export class Histogram {
  readonly #counts = new Float64Array(buckets)
  #total = 0
  #max = 0

  add(milliseconds: number): void {
    const value = Math.max(0, milliseconds)
    const index = value <= smallest ? 0 : Math.ceil(Math.log(value / smallest) * perStep)
    const bucket = Math.min(buckets - 1, index)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#total += 1
    if (value > this.#max) this.#max = value
  }

  latency(): Latency {
    return {
      p50: this.#percentile(0.5),
      p90: this.#percentile(0.9),
      p99: this.#percentile(0.99),
      max: this.#max,
    }
  }

  /** The value that this share of all values does not exceed (nearest rank). */
  #percentile(share: number): number {
    const rank = Math.max(1, Math.ceil(this.#total * share))
    let seen = 0
    for (const [index, count] of this.#counts.entries()) {
      seen += count
      if (seen >= rank) return Math.min(this.#max, smallest * step ** index)
    }
    return this.#max
  }
}
