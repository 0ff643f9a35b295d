import { logGamma } from './binomial.ts'

/**
 * Clients over pods, when each is given one of k pods by chance, independently and uniformly: how full the fullest is.
 *
 *     P(fullest ≤ m) = n! / kⁿ · [xⁿ] (Σ xʲ/j!, j ≤ m)ᵏ
 *
 * (Johnson and Kotz, Urn Models and Their Application, 1977, section 3.) The coefficients are those of a Poisson
 * distribution with mean n/k, so that none is too large or too small to be held: the power of the cut-off distribution,
 * at n, over that of the whole one.
 */
function chanceOfAtMost(most: number, clients: number, pods: number): number {
  if (most >= clients) return 1
  if (most * pods < clients) return 0
  const mean = clients / pods
  const one = Array.from({ length: most + 1 }, (_, count) => poisson(count, mean))
  return Math.min(1, power(one, pods, clients)[clients]! / poisson(clients, clients))
}

/** The probability that the fullest of `pods` has at least `fullest` of the `clients`. */
export function chanceOfFullest(fullest: number, clients: number, pods: number): number {
  return fullest <= 0 ? 1 : Math.max(0, 1 - chanceOfAtMost(fullest - 1, clients, pods))
}

/** How many clients the fullest pod has on average: Σ P(fullest ≥ m) over m = 1, 2, … */
export function expectedFullest(clients: number, pods: number): number {
  // Some pod has at least its even share.
  let sum = Math.ceil(clients / pods)
  for (let most = sum + 1; most <= clients; most++) {
    const chance = chanceOfFullest(most, clients, pods)
    sum += chance
    if (chance < 1e-9) break
  }
  // What is beyond is the error of floating point.
  return Number(sum.toFixed(10))
}

function poisson(count: number, mean: number): number {
  return Math.exp(count * Math.log(mean) - mean - logGamma(count + 1))
}

/** A polynomial to a power, without what is beyond `degree`. */
function power(polynomial: readonly number[], exponent: number, degree: number): number[] {
  let result = [1]
  let square = [...polynomial]
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = product(result, square, degree)
    if (rest > 1) square = product(square, square, degree)
  }
  return Array.from({ length: degree + 1 }, (_, index) => result[index] ?? 0)
}

function product(one: readonly number[], other: readonly number[], degree: number): number[] {
  const result = Array.from({ length: Math.min(degree, one.length + other.length - 2) + 1 }, () => 0)
  for (const [i, a] of one.entries()) {
    if (a === 0 || i > degree) continue
    const last = Math.min(other.length - 1, degree - i)
    for (let j = 0; j <= last; j++) result[i + j]! += a * other[j]!
  }
  return result
}
