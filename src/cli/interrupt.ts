import { constants } from 'node:os'

/** What a person's wish to stop means for a command that has to clean up. */
export interface Interrupt {
  /** Aborted by the first signal, or when nobody can read the answer: stop and clean up. */
  readonly first: AbortSignal
  /** Aborted by the second one: leave everything as it is. */
  readonly second: AbortSignal
  /** 128 + the number of the signal, as shells have it; undefined while there was none. */
  readonly exitCode: number | undefined
  /** Puts the default behaviour back. */
  stop(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Listens to Ctrl-C, termination, a closed terminal, and to `gone`: that nobody can read the answer; until `stop`. */
export function listenForInterrupt(process: NodeJS.Process, gone?: AbortSignal): Interrupt {
  const first = new AbortController()
  const second = new AbortController()
  let exitCode: number | undefined
  const onSignal = (signal: (typeof signals)[number]): void => {
    exitCode ??= 128 + constants.signals[signal]
    if (first.signal.aborted) second.abort()
    else first.abort()
  }
  const onGone = (): void => first.abort()
  if (gone?.aborted === true) onGone()
  gone?.addEventListener('abort', onGone)
  for (const signal of signals) process.on(signal, onSignal)
  return {
    first: first.signal,
    second: second.signal,
    get exitCode() {
      return exitCode
    },
    stop: () => {
      gone?.removeEventListener('abort', onGone)
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
