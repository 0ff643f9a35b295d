import type { Outcome } from './observation.ts'

/** One endpoint, asked past the Service: from each node that has a client. */
export interface DirectAccess {
  address: string
  port: number
  /** The pod behind it; absent outside the cluster. */
  pod?: string
  from: DirectFrom[]
}

/** How an endpoint answered to the client on one node. */
export interface DirectFrom {
  /** Absent where the client did not start. */
  node?: string
  answered: number
  requests: number
  /** The most frequent reason of those that were not answered. */
  failure?: Exclude<Outcome, 'answered'>
}
