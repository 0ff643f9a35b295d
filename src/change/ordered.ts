/**
 * Does `work` on every item, at most `limit` at a time, and yields the results in the order of the items: output that
 * is the same each time, of work that is not done one by one. Where `work` rejects, so does the iteration, in its turn.
 */
export async function* mapOrdered<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = []
  let next = 0
  while (next < items.length || running.length > 0) {
    while (next < items.length && running.length < limit) {
      const result = work(items[next++]!)
      // It may be awaited only after it has rejected, which is not unhandled.
      result.catch(() => undefined)
      running.push(result)
    }
    yield await running.shift()!
  }
}
