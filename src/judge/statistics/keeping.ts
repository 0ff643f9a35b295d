/**
 * How often a rival of independence keeps the backend of the pick before. The true rate need not be among them: one that
 * is near costs little.
 */
const rates = [0.05, 0.2, 0.5, 0.8, 0.95, 0.99] as const

/**
 * By how much a rival that keeps the backend explains the order of picks better than independence, as logarithms, one for
 * each rate of keeping c.
 *
 * If picks are independent of each other then, given how many each backend got, every order is equally likely: the next
 * one is drawn from an urn that holds what is left, backend i with probability rᵢ/m. The rival keeps with probability c
 * where that is possible, and draws from the same urn else. So a pick that stays has the ratio c·m/r + 1 − c, one that
 * switches 1 − c, and the product E has mean 1 under independence, whatever the shares are: E ≥ 1/p has a probability of p
 * at most (Markov's inequality). Blocks have urns of their own, so that their products, too, have mean 1.
 */
export function keepingOf(picks: readonly number[], hits: ReadonlyMap<number, number>): number[] {
  const products = rates.map(() => 0)
  if (hits.size < 2) return products
  const left = new Map(hits)
  let all = picks.length
  let previous: number | undefined
  for (const index of picks) {
    const own = previous === undefined ? 0 : (left.get(previous) ?? 0)
    if (own > 0) {
      const stays = index === previous
      for (const [place, rate] of rates.entries())
        products[place]! += Math.log(stays ? (rate * all) / own + 1 - rate : 1 - rate)
    }
    left.set(index, (left.get(index) ?? 1) - 1)
    all -= 1
    previous = index
  }
  return products
}

/** The logarithms of two blocks together. */
export function joinKeeping(one: readonly number[], other: readonly number[]): number[] {
  return one.map((value, index) => value + (other[index] ?? 0))
}

/** ln of the mean over all rates: the rival of which nothing is known. */
export function logMean(values: readonly number[]): number {
  const most = Math.max(...values)
  if (most === -Infinity) return most
  let sum = 0
  for (const value of values) sum += Math.exp(value - most)
  return most + Math.log(sum / values.length)
}
