/** What became of users who went from one place to another, or back to one, with the cookies that they had. */
export interface Crossing {
  /** Entries: where they were before, and where they came. */
  from: number
  to: number
  /** It is the place that they had been at first: they were elsewhere in between. */
  isReturn: boolean
  /** Both are replicas of one gateway, which should be one to the user. */
  isReplica?: boolean
  /** Users whose pod is known at both. */
  users: number
  /** Those of them whose first answer came from the pod that they had. */
  same: number
  /** Cookies that were given elsewhere and that they sent there. */
  cookies: string[]
}
