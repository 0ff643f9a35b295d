import { logGamma } from './binomial.ts'

const logChoose = (n: number, k: number): number =>
  k < 0 || k > n ? -Infinity : logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/**
 * P(X ≥ x): of n picks, h are of one backend; L of the n are drawn, and x or more of them are of that backend. Exact, summed
 * upwards from x, where the terms fall.
 */
export function hypergeometricAtLeast(x: number, n: number, h: number, drawn: number): number {
  const least = Math.max(0, drawn + h - n)
  if (x <= least) return 1
  const most = Math.min(h, drawn)
  if (x > most) return 0
  // Below the mean the terms rise first, and the other side is the small one.
  if (x <= (drawn * h) / n) return Math.max(0, 1 - hypergeometricAtMost(x - 1, n, h, drawn))
  const first = Math.exp(logChoose(h, x) + logChoose(n - h, drawn - x) - logChoose(n, drawn))
  let term = 1
  let sum = 1
  for (let i = x; i < most && term > sum * 1e-15; i++) {
    term *= ((h - i) * (drawn - i)) / ((i + 1) * (n - h - drawn + i + 1))
    sum += term
  }
  return Math.min(1, first * sum)
}

/** P(X ≤ x): as many of the drawn ones, or fewer, are of that backend; those of the others are then as many, or more. */
function hypergeometricAtMost(x: number, n: number, h: number, drawn: number): number {
  return hypergeometricAtLeast(drawn - x, n, n - h, drawn)
}

/**
 * The probability that some `length` picks in a row are all of one backend, which has h of the n: (n − L + 1) places, each with
 * probability C(h, L)/C(n, L), added up (union bound).
 */
export function chanceOfRun(length: number, n: number, h: number): number {
  if (length > h) return 0
  return Math.min(1, Math.exp(Math.log(n - length + 1) + logChoose(h, length) - logChoose(n, length)))
}
