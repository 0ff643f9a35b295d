/** Hands a value on; resolves when whoever reads has done with it. */
export type Emit<T> = (value: T) => Promise<void>

/**
 * What `body` emits, as a stream: for work in which several things go on at once. When nobody reads any more, `left` is
 * aborted, and the end of `body` is waited for, so that its clean-up is done when the stream is. Rejects as `body` does,
 * after all that it emitted was read.
 */
export async function* streamOf<T>(
  body: (emit: Emit<T>, left: AbortSignal) => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const left = new AbortController()
  const waiting: { value: T; taken: () => void }[] = []
  let wake = (): void => {}
  let isEnded = false
  const emit: Emit<T> = (value) =>
    new Promise((taken) => {
      if (left.signal.aborted) taken()
      else waiting.push({ value, taken })
      wake()
    })
  const done = body(emit, left.signal).finally(() => {
    isEnded = true
    wake()
  })
  done.catch(() => {})
  let current: { taken: () => void } | undefined
  try {
    for (;;) {
      const next = waiting.shift()
      if (next !== undefined) {
        current = next
        yield next.value
        next.taken()
      } else if (isEnded) break
      else {
        // oxlint-disable-next-line no-loop-func -- one waits at a time
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
  } finally {
    left.abort()
    for (const { taken } of [...(current === undefined ? [] : [current]), ...waiting]) taken()
    await done.catch(() => {})
  }
  await done
}
