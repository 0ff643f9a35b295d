/**
 * What `work` tells while it is at it, as a stream: in order, none lost, and what it rejects with at the end. Work goes on
 * while its reader is busy. When its reader leaves, `left` is aborted, and the work is waited for.
 */
export async function* streamOf<Item>(
  work: (tell: (item: Item) => void, left: AbortSignal) => Promise<void>,
): AsyncGenerator<Item, void, undefined> {
  const told: Item[] = []
  const left = new AbortController()
  let isOver = false
  let wake = (): void => undefined
  const running = handled(
    work((item) => {
      told.push(item)
      wake()
    }, left.signal).finally(() => {
      isOver = true
      wake()
    }),
  )
  try {
    for (;;) {
      const news = new Promise<void>((resolve) => (wake = resolve))
      yield* told.splice(0)
      if (told.length > 0) continue
      if (isOver) break
      await news
    }
  } finally {
    left.abort()
    // What it rejects with once nobody wants it is of no interest.
    await (isOver ? running : running.catch(() => undefined))
  }
}

/** Whoever needs it awaits it, perhaps nobody; its error must not be unhandled until then. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
