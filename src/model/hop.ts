import type { ObjectRef } from './finding.ts'
import type { Policy } from './policy.ts'

/**
 * The part that a hop plays:
 * - `decides`: it picks the pod;
 * - `picks`: it picks something before that (a load balancer its node), and a later hop decides;
 * - `no-effect`: it is configured, but traffic does not pass it, or it does not do what is configured.
 * - `unknown`: where it sends connections cannot be seen.
 */
export type HopRole = 'decides' | 'picks' | 'no-effect' | 'unknown'

/** One stage on the way from an entry to the pods. */
export interface Hop {
  kind: 'dns' | 'load-balancer' | 'gateway' | 'ingress' | 'mesh' | 'proxy'
  /** Who implements it, for people: `kube-proxy nftables`, `ingress-nginx`. */
  mechanism: string
  /** The object that configures it. */
  object?: ObjectRef
  policy: Policy
  role: HopRole
  /** It remembers clients on each node by itself. */
  perNode?: boolean
  /** A sentence on what is special here. */
  note?: string
}
