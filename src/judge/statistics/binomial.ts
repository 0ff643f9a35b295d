/**
 * ln Γ(x) for x > 0: Stirling's series (Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.41), after
 * Γ(x) = Γ(x + 1) / x has brought x to where the series is exact to double precision.
 */
export function logGamma(x: number): number {
  let shift = 0
  let y = x
  while (y < 10) {
    shift -= Math.log(y)
    y += 1
  }
  const inverse = 1 / (y * y)
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / y
  return shift + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series
}

/** P(X ≤ x) for a binomial X of n trials with success probability p. */
export function binomialAtMost(x: number, n: number, p: number): number {
  if (x < 0) return 0
  if (x >= n || p <= 0) return 1
  if (p >= 1) return 0
  return x <= n * p ? tail(x, n, p) : Math.max(0, 1 - tail(n - x - 1, n, 1 - p))
}

/** P(X ≥ x) for a binomial X of n trials with success probability p. */
export function binomialAtLeast(x: number, n: number, p: number): number {
  return binomialAtMost(n - x, n, 1 - p)
}

/** P(X ≤ x) where x is not above the mean: the terms fall from x downwards, and are summed until they add nothing. */
function tail(x: number, n: number, p: number): number {
  const first = Math.exp(
    logGamma(n + 1) - logGamma(x + 1) - logGamma(n - x + 1) + x * Math.log(p) + (n - x) * Math.log1p(-p),
  )
  let term = 1
  let sum = 1
  for (let i = x; i > 0 && term > sum * 1e-17; i--) {
    term *= (i * (1 - p)) / ((n - i + 1) * p)
    sum += term
  }
  return Math.min(1, first * sum)
}
