import { formatCount, formatDuration } from '../../model/common/words/amounts.ts'
import { nonBreakingSpace } from './width.ts'

const space = nonBreakingSpace

/** A time within a run: `0.83s` where it has to be exact, else `0.8s`; `12.3s`, `2m5s`. */
export function formatElapsed(ms: number, decimals = 1): string {
  const seconds = Math.max(0, ms) / 1000
  // Rounding up to a minute must not leave "60.0s".
  if (seconds >= 59.95) return formatDuration(seconds)
  return `${seconds.toFixed(seconds < 10 ? decimals : 1)}s`
}

/** How long something still takes, from milliseconds: `31s left`. */
export function formatLeft(ms: number): string {
  return `${formatDuration(Math.ceil(Math.max(0, ms) / 1000))} left`
}

/** A latency: `1.1 ms`, `120 ms`, `2.4 s`. */
export function formatLatency(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)}${space}ms`
  if (ms < 999.5) return `${Math.round(ms)}${space}ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}${space}s`
  return `${formatCount(Math.round(ms / 1000))}${space}s`
}

/** A share of a whole: `37%`; something that is not nothing is `<1%`, and 100% is only the whole. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.005) return '<1%'
  if (share < 1 && share >= 0.995) return '>99%'
  return `${Math.round(share * 100)}%`
}

/** A small share as it matters in a bound: `21%`, `0.3%`, `0.004%`. Rounded up: a bound may be given as too large. */
export function formatSmallShare(share: number): string {
  const percent = share * 100
  if (percent >= 10) return `${Math.min(100, Math.ceil(percent - 1e-9))}%`
  const digits = Math.min(6, 1 - Math.floor(Math.log10(Math.max(percent, 1e-6))))
  const scale = 10 ** digits
  return `${Number((Math.max(1, Math.ceil(percent * scale - 1e-9)) / scale).toFixed(digits))}%`
}

/** `p < 1e-9`; a probability is never said to be 0. */
export function formatProbability(probability: number): string {
  if (probability >= 0.001) return `p${space}=${space}${Number(probability.toPrecision(2))}`
  // Probabilities this small only ever come from numbers that ran out of digits.
  const exponent = probability > 1e-300 ? Math.floor(Math.log10(probability)) + 1 : -300
  return `p${space}<${space}1e${exponent}`
}

/** 1 − accepted error as people say it: `99.9999%`. */
export function formatConfidence(acceptedError: number): string {
  if (acceptedError < 1e-9) return `more than 99.9999999%`
  return `${Number(((1 - acceptedError) * 100).toFixed(9))}%`
}
