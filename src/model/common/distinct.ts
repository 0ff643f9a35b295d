/** Each once, the last of those with one key; in the order of the first ones. */
export function distinctBy<T>(all: readonly T[], keyOf: (one: T) => unknown): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()]
}
