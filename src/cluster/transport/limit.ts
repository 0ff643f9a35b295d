import { ConnectionError } from '../answers/errors.ts'

/** A signal that is aborted by the caller's, or when time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal
  /** Something arrived: a limit on silence starts anew. */
  progress(): void
  /** Takes the limit off; the caller's signal stays in force. */
  lift(): void
  /** Lets go of the caller's signal. */
  stop(): void
  /** Turns the abort that time brought about into the ConnectionError to show; other errors stay what they are. */
  explain(error: unknown): unknown
}

/** `total` limits the whole exchange, `silence` only the time in which nothing arrives. */
export function limited(
  outer: AbortSignal | undefined,
  milliseconds: number,
  kind: 'total' | 'silence',
  server: string,
): TimeLimit {
  const controller = new AbortController()
  const expired = new ConnectionError(
    'timeout',
    'Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    {
      hint: `${server} did not answer in ${milliseconds / 1000} seconds${kind === 'total' ? ' (--request-timeout)' : ''}.`,
    },
  )
  const forward = (): void => controller.abort(outer?.reason)
  outer?.addEventListener('abort', forward, { once: true })
  if (outer?.aborted) forward()
  const expire = (): void => controller.abort(expired)
  let timer = setTimeout(expire, milliseconds)
  return {
    signal: controller.signal,
    progress() {
      if (kind === 'total') return
      clearTimeout(timer)
      timer = setTimeout(expire, milliseconds)
    },
    lift: () => clearTimeout(timer),
    stop() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', forward)
    },
    explain: (error) => (controller.signal.aborted ? controller.signal.reason : error),
  }
}
