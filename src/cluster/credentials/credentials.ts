/** What a request carries to say who asks. */
export interface Identity {
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
  current(): Promise<Identity>
  /** After a 401: forgets what may be stale. False when the next identity would be the same. */
  renew(): boolean
}

/** Credentials that stay what they are. */
export function constant(identity: Identity): Credentials {
  return { current: () => Promise.resolve(identity), renew: () => false }
}

export const bearer = (token: string): string => `Bearer ${token.trim()}`
