/**
 * Something that the user can mend: wrong input, an object that cannot be used, a cluster that refuses.
 * Shown as `error: message` with the hints indented below, never with a stack trace.
 */
export class UserError extends Error {
  readonly hints: readonly string[]
  /** 2 for wrong usage, 1 for everything else. */
  readonly exitCode: number

  constructor(
    message: string,
    options: { hints?: readonly string[]; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.hints = options.hints ?? []
    this.exitCode = options.exitCode ?? 1
  }
}
