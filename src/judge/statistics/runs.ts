/**
 * The number of runs in a random arrangement: the exact distribution behind the runs test.
 *
 * A run is a maximal stretch of picks of one backend, so there is one run more than there are switches. If picks are
 * independent of each other, then, given how many each backend got, every arrangement of them is equally likely,
 * whatever the shares are: the test needs no assumption about weights.
 *
 * For two kinds this is the test of Wald and Wolfowitz (Annals of Mathematical Statistics 11, 1940), for more kinds
 * Mood's distribution theory of runs (same place, 1940). Counted here by inclusion and exclusion:
 * cut an arrangement into t non-empty blocks, each of one kind, where neighbours may be of the same kind. There are
 *
 *     A(t) = Σ over t₁ + … + t_m = t of   t! / (t₁! … t_m!) · Π C(hᵢ − 1, tᵢ − 1)
 *
 * ways: the order of the kinds, and the sizes of each kind's blocks. An arrangement with r runs is cut so in
 * C(n − r, t − r) ways (every border between runs, and t − r of the n − r places inside runs). Inverted and summed:
 *
 *     arrangements with at most r runs = Σ over t ≤ r of (−1)^(r−t) · C(n − t − 1, r − t) · A(t)
 *
 * The sum alternates, so it is done in whole numbers.
 */
export function chanceOfAtMostRuns(runs: number, counts: readonly number[]): number {
  const kinds = counts.filter((count) => count > 0)
  const n = kinds.reduce((sum, count) => sum + count, 0)
  if (runs >= n) return 1
  if (runs < kinds.length) return 0
  const blocks = blockings(kinds, runs)
  let arrangements = 0n
  // C(n − t − 1, r − t) for t = r, r − 1, …: from C(n − r − 1, 0) on, each from the one before.
  let choices = 1n
  for (let t = runs; t >= 1; t--) {
    const term = choices * (blocks[t] ?? 0n)
    arrangements += (runs - t) % 2 === 0 ? term : -term
    choices = (choices * BigInt(n - t)) / BigInt(runs - t + 1)
  }
  return ratio(arrangements, multinomial(kinds))
}

/** A(0) … A(most). */
function blockings(kinds: readonly number[], most: number): bigint[] {
  let sums: bigint[] = [1n]
  for (const count of kinds) {
    const next: bigint[] = Array.from({ length: Math.min(most, sums.length - 1 + count) + 1 }, () => 0n)
    for (const [before, ways] of sums.entries()) {
      if (ways === 0n) continue
      // C(before + own, own) places for this kind's blocks among those before · C(count − 1, own − 1) sizes.
      let places = BigInt(before + 1)
      let sizes = 1n
      for (let own = 1; own <= count && before + own <= most; own++) {
        next[before + own] = (next[before + own] ?? 0n) + ways * places * sizes
        places = (places * BigInt(before + own + 1)) / BigInt(own + 1)
        sizes = (sizes * BigInt(count - own)) / BigInt(own)
      }
    }
    sums = next
  }
  return sums
}

function multinomial(kinds: readonly number[]): bigint {
  let total = 0
  let ways = 1n
  for (const count of kinds) {
    for (let i = 1; i <= count; i++) {
      total += 1
      ways = (ways * BigInt(total)) / BigInt(i)
    }
  }
  return ways
}

/** The quotient of two whole numbers that may be far too large for a double. */
function ratio(numerator: bigint, denominator: bigint): number {
  const shift = Math.max(0, bits(denominator) - 1000)
  const cut = BigInt(shift)
  const quotient = Number(numerator >> cut) / Number(denominator >> cut)
  return Math.min(1, quotient)
}

function bits(value: bigint): number {
  return value.toString(16).length * 4
}
