import { KubeconfigError } from '../answers/errors.ts'

/** What a request carries to say who asks. */
export interface CallerIdentity {
  authorization?: string | undefined
  /** PEM of a client certificate and its key. */
  cert?: string | undefined
  key?: string | undefined
}

/** Where identities come from: constant, a file that changes, a program. */
export interface Credentials {
  /**
   * The identity for the next request; cheap when nothing has expired.
   *
   * @throws KubeconfigError when it cannot be had.
   */
  current(): Promise<CallerIdentity>
  /** After a 401: forgets what may be stale. False when the next identity would be the same. */
  renew(): boolean
}

/** Credentials that stay what they are. */
export function constant(identity: CallerIdentity): Credentials {
  return { current: () => Promise.resolve(identity), renew: () => false }
}

/**
 * The header's value for a token.
 *
 * @throws KubeconfigError for a token that no header can hold, such as the contents of the wrong file.
 */
export function bearer(token: string): string {
  const value = token.trim()
  if (/^[\x21-\x7e]*$/.test(value)) return `Bearer ${value}`
  throw new KubeconfigError('error: the token holds spaces, line ends or other characters that no token has')
}
