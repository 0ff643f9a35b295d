/**
 * The number of runs in a random arrangement: the exact distribution behind the runs test.
 *
 * A run is a maximal stretch of picks of one backend, so there is one run more than there are switches. If picks are
 * independent of each other then, given how many each backend got, every arrangement of them is equally likely,
 * whatever the shares are: the test needs no assumption about weights.
 *
 * For two kinds this is the test of Wald and Wolfowitz (Annals of Mathematical Statistics 11, 1940), for more kinds
 * Mood's distribution theory of runs (same place, 1940). Counted here by putting in one kind after the other. The n picks
 * that are there make s runs, between which, before and behind are s + 1 places, and n − s within them. The h picks of the next
 * kind make g groups in C(h − 1, g − 1) ways, which go to as many places. A group between runs is one run more, a group within one is
 * two: with a of them within there are s + g + a runs then, in
 *
 *     C(h − 1, g − 1) · C(n − s, a) · C(s + 1, g − a)   of the   C(n + h, h)   ways.
 *
 * All terms are positive, so that no digits are lost.
 */
export function chanceOfAtMostRuns(runs: number, counts: readonly number[]): number {
  // With the largest first there are few runs for long.
  const [first = 0, ...kinds] = counts.filter((count) => count > 0).toSorted((one, other) => other - one)
  let n = first
  let chances: Float64Array = Float64Array.of(0, 1)
  for (const [index, h] of kinds.entries()) {
    // Each kind that is still to come makes a run at least.
    const most = runs - (kinds.length - 1 - index)
    const next = new Float64Array(Math.max(0, most) + 1)
    const sizes = choices(h - 1)
    const all = choices(n + h)[h]!
    for (const [s, chance] of chances.entries()) {
      if (chance === 0) continue
      const within = choices(n - s)
      const between = choices(s + 1)
      for (let a = 0; a <= Math.min(h, n - s, (most - s) / 2); a++) {
        const share = (chance / all) * within[a]!
        const last = Math.min(h - a, s + 1, most - s - 2 * a)
        for (let b = a === 0 ? 1 : 0; b <= last; b++)
          next[s + b + 2 * a]! += share * between[b]! * sizes[a + b - 1]!
      }
    }
    chances = next
    n += h
  }
  const sum = chances.subarray(0, runs + 1).reduce((total, chance) => total + chance, 0)
  return Math.min(1, n === 0 ? 1 : sum)
}

/** Rows of Pascal's triangle, as far as they were needed. */
const rows: Float64Array[] = [Float64Array.of(1)]

/** C(n, 0) … C(n, n). */
function choices(n: number): Float64Array {
  for (let row = rows.length; row <= n; row++) {
    const before = rows[row - 1]!
    rows.push(Float64Array.from({ length: row + 1 }, (_, k) => (before[k - 1] ?? 0) + (before[k] ?? 0)))
  }
  return rows[n]!
}
