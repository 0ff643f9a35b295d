/** What `external` works with: backends somewhere else, and the Service that is to lead to them. */
import type { Family } from '../model/common/network/ip.ts'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

/** A port of the Service. */
export interface ExternalPort {
  port: number
  name?: string
  protocol: Protocol
}

/** One address outside the cluster, and where it serves each port of the Service. */
export interface OutsideBackend {
  address: string
  family: Family
  /** In the order of the Service's ports. */
  ports: readonly number[]
  /** Where it was read, for people: `svc/backend1-lb`, or nothing when it was typed. */
  origin?: string
}

/** Everything that a run writes. */
export interface Wanted {
  ports: readonly ExternalPort[]
  backends: readonly OutsideBackend[]
  /** Where the backends come from, as it is kept in an annotation. */
  source: Source
}

/** The origin of a Service's backends, as it was asked for. */
export interface Source {
  context?: string
  server?: string
  namespace?: string
  from?: readonly string[]
  nodePort?: boolean
  to?: readonly string[]
}
