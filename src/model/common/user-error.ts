/** What a cookie may be asked to be, and not every proxy has a field for. */
export type CookiePart = 'ttlSeconds' | 'path' | 'domain' | 'secure' | 'sameSite' | 'persistent'

/**
 * What a user could ask for instead, or as well. A failure carries it with its facts; which flag that is, the command line
 * knows (src/cli/remedies.ts).
 */
export type Remedy =
  /** Change what nothing would come of. */
  | { remedy: 'force' }
  /** Take fields over from other managers; `declared` are those whose next apply would be in conflict. */
  | { remedy: 'take-over-fields'; declared: string | undefined }
  | { remedy: 'edit-manifest' }
  | { remedy: 'namespace-of-object'; namespace: string }
  | { remedy: 'read-folders-below' }
  /** Take over what others wrote; `how` says what becomes of it. */
  | { remedy: 'adopt'; how: string }
  | { remedy: 'replace-kept' }
  | { remedy: 'wait-for-address'; waited: boolean }
  | { remedy: 'give-addresses' }
  /** The ports of the Service, or a port as somebody else names it. */
  | { remedy: 'give-ports' }
  /** `by`: the way in that has it. */
  | { remedy: 'name-port'; port: string; example: string; by?: string }
  | { remedy: 'match-port' }
  | { remedy: 'use-node-ports' }
  | { remedy: 'use-load-balancer' }
  | { remedy: 'other-namespace' }
  | { remedy: 'keep-following' }
  | { remedy: 'list-objects'; kind: string; namespace: string; context: string | undefined }
  | { remedy: 'measure-itself'; command: string }
  | { remedy: 'longer-start' | 'made-pod' | 'pod-network' }
  | { remedy: 'image-with-node'; what: string }
  | { remedy: 'reachable-image' | 'usable-image' | 'other-image' }
  /** What objects do not say: where and how to ask, and who does. */
  | { remedy: 'say-host' | 'say-address' | 'ask-in-mesh' | 'say-datagram' | 'say-clients' }
  | { remedy: 'enter-from-outside' }
  | { remedy: 'enter-by'; ways: readonly string[] }
  | { remedy: 'identify-by-log' | 'identify-by-any' }
  /** By what clients are to be kept. */
  | {
      remedy:
        | 'by-cookie'
        | 'rather-by-cookie'
        | 'by-address'
        | 'leave-who-out'
        | 'say-cookie-name'
        | 'say-cookie-instead'
        | 'say-which-instead'
        | 'another-name'
    }
  | { remedy: 'by-the-cookie'; name: string }
  /** What of a cookie is not to be had. */
  | { remedy: 'leave-parts-out'; parts: readonly CookiePart[] }
  /** Each Service with a cookie of its own. */
  | { remedy: 'one-after-the-other'; service: string; by: string; number: number }
  | { remedy: 'say-who'; by: string }
  /** Who is to have the affinity of a target. */
  | { remedy: 'name-receiver'; from: string }
  | { remedy: 'name-mechanism'; of: string }

/** A line of advice: complete, or one that the command line has to complete. */
export type Hint = string | Remedy

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
