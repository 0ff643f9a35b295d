import type { Service } from '../../../model/cluster/kubernetes.ts'

/** What a kind of load balancer makes of a Service, and how it is told from others. */
export interface Provider {
  /** For people: `AWS Network Load Balancer`. */
  name: string
  /**
   * What it does with `sessionAffinity: ClientIP`: keeps a client on its node by itself (`follows`), does not read it, has its
   * controller refuse the Service, or nobody looked.
   */
  affinity: 'follows' | 'ignores' | 'refuses' | 'unknown'
  /** Whether it keeps a client on a node all the same: one node takes all connections, or its default is sticky. */
  keeps?: 'always' | 'maybe'
  /** Whether what comes to the nodes has the client's address. */
  client: 'kept' | 'hidden' | 'unknown'
  /** Where it sends connections. */
  to: 'nodes' | 'pods' | 'cluster-ip' | 'unknown'
  /** Clients stay for a time of its own, whatever timeoutSeconds says. */
  ownTime?: boolean
  /** What may have somebody else serve a Service that is not in a cluster yet, after "unless". */
  unless?: string
  /** Its own stickiness: what to write, and what it does. */
  own?: string
  /** On what it keeps a client, where its own stickiness is on. */
  keptBy?: (service: Service) => Kept | undefined
  /** What it gives to a Service. */
  gives?: 'host' | 'ip'
  signs: Signs
  /** Where that is known from. */
  source: string
}

/** By a cookie of this name, or one that it makes up, or by the address. */
export type Kept = { by: 'address' } | { by: 'cookie'; name?: string }

/** By what it is recognised; the first that says something decides. */
export interface Signs {
  /** `spec.loadBalancerClass`: whoever has another class is another one. */
  class?: RegExp
  /** Keys of annotations, of people or of its controller. */
  annotation?: RegExp
  /** Finalizers of its controller. */
  finalizer?: RegExp
  /** Types of conditions in the status. */
  condition?: RegExp
  /** Host names in the status. */
  host?: RegExp
  /** Words of events. */
  event?: RegExp
  /** The nodes' `spec.providerID`: who serves Services that say nothing. */
  nodes?: RegExp
  /** On such nodes others make load balancers as well: it is this one where a cloud controller has put its finalizer on. */
  isOneOfMany?: true
  /** What must hold as well. */
  only?: (service: Service) => boolean
}
