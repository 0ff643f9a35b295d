import type { Hint } from './remedy.ts'

/**
 * Something that the user can mend: wrong input, an object that cannot be used, a cluster that refuses.
 * Shown as `error: message` with the hints indented below, never with a stack trace.
 */
export class UserError extends Error {
  readonly hints: readonly Hint[]
  /** 2 for wrong usage, 1 for everything else. */
  readonly exitCode: number

  constructor(
    message: string,
    options: { hints?: readonly Hint[]; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.hints = options.hints ?? []
    this.exitCode = options.exitCode ?? 1
  }
}

/** Words or flags that cannot be meant: the program ends with 2, and points at its help. */
export function usageError(message: string, ...hints: readonly Hint[]): UserError {
  return new UserError(message, { hints, exitCode: 2 })
}

/** A wrong value for a flag, in the words of kubectl's parser. */
export function invalidValue(
  flag: string,
  value: string,
  why: string,
  hints: readonly string[] = [],
): UserError {
  return usageError(`invalid argument "${value}" for "--${flag}" flag: ${why}`, ...hints)
}

/** What somebody threw, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
