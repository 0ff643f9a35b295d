/**
 * How often a rival of independence keeps the backend of the pick before. The true rate need not be among them: one that
 * is near costs little.
 */
const rates = [0.05, 0.2, 0.5, 0.8, 0.95, 0.99] as const

/** Each factor is in 0.01 … n: so many of them neither vanish nor overflow, and one logarithm does for all. */
export const mostPicks = 64

/**
 * By how much a rival that keeps the backend explains the order of `mostPicks` picks or fewer better than independence, as
 * logarithms, one for each rate of keeping c.
 *
 * If picks are independent of each other then, given how many each backend got, every order is equally likely: the next
 * one is drawn from an urn that holds what is left, backend i with probability rᵢ/m. The rival keeps with probability c
 * where that is possible, and draws from the same urn else. So a pick that stays has the ratio c·m/r + 1 − c, one that
 * switches 1 − c, and the product E has mean 1 under independence, whatever the shares are: E ≥ 1/p has a probability of p
 * at most (Markov's inequality). Blocks have urns of their own, so that their products, too, have mean 1.
 */
export function keepingOf(picks: readonly number[], hits: ReadonlyMap<number, number>): number[] {
  const products = rates.map(() => 1)
  if (hits.size > 1) {
    const left = new Map(hits)
    let previous = picks[0] ?? 0
    let own = (left.get(previous) ?? 0) - 1
    for (let place = 1; place < picks.length; place++) {
      const index = picks[place] ?? 0
      const stays = index === previous
      if (own > 0) {
        const draws = (picks.length - place) / own
        for (let at = 0; at < rates.length; at++) {
          const rate = rates[at]!
          products[at]! *= stays ? rate * draws + 1 - rate : 1 - rate
        }
      }
      if (!stays) {
        left.set(previous, own)
        previous = index
        own = left.get(index) ?? 0
      }
      own -= 1
    }
  }
  return products.map((product) => Math.log(product))
}

/** ln of the mean over all rates: the rival of which nothing is known. */
export function logMean(values: readonly number[]): number {
  const most = Math.max(...values)
  if (most === -Infinity) return most
  let sum = 0
  for (const value of values) sum += Math.exp(value - most)
  return most + Math.log(sum / values.length)
}
