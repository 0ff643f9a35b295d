import type { Telling } from '../steps.ts'

type Note = Extract<Telling, { kind: 'note' }>

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

/**
 * What `take` makes of each event of a run. Where it throws, the run is stopped: what is left of it is its clean-up, of which
 * only the notes are told. Rejects with what was thrown first, after the end of the run.
 *
 * @param start begins the run, which ends early with the signal
 */
export async function* takeEach<E extends { kind: string }, S>(
  start: (failed: AbortSignal) => AsyncIterable<E>,
  take: (event: E) => AsyncIterable<S>,
): AsyncGenerator<S | Note, void, undefined> {
  const failed = new AbortController()
  let failure: { error: unknown } | undefined
  try {
    for await (const event of start(failed.signal)) {
      if (isNote(event)) yield event
      else if (failure === undefined) {
        try {
          yield* take(event)
        } catch (error) {
          failure = { error }
          failed.abort(error)
        }
      }
    }
  } catch (error) {
    failure ??= { error }
  }
  if (failure !== undefined) throw failure.error
}

function isNote(event: { kind: string }): event is Note {
  return event.kind === 'note'
}
