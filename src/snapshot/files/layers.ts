/** Members of which no two have one key. */
export interface Layer<T extends object> {
  members: readonly T[]
  /** Those that no other layer shows as well. */
  own: readonly T[]
}

/**
 * Takes apart what has several members of one key, as files that hold an object twice: the first layer has the last member of each key,
 * which is the one that counts once all are applied; the next one has those before the last, and so on. What stands
 * once is a member of all. Most lists are one layer.
 */
export function layersOf<T extends object>(all: readonly T[], keyOf: (one: T) => string): Layer<T>[] {
  const copies = [...Map.groupBy(all, keyOf).values()]
  const depth = copies.reduce((most, { length }) => Math.max(most, length), 1)
  if (depth === 1) return [{ members: all, own: all }]
  return Array.from({ length: depth }, (_, back) => {
    const members = new Set(copies.map((some) => some[Math.max(0, some.length - 1 - back)]!))
    const own = new Set(copies.flatMap((some) => (some.length > back ? [some[some.length - 1 - back]!] : [])))
    return { members: all.filter((one) => members.has(one)), own: all.filter((one) => own.has(one)) }
  })
}
