import type { Hop } from './hop.ts'

/** Where a client enters, and the hops from there to the pods. */
export interface Entry {
  kind: 'cluster-ip' | 'node-port' | 'load-balancer' | 'external-ip' | 'ingress' | 'route' | 'dns'
  from: 'inside' | 'outside'
  /** What a client connects to: `10.96.4.4:8080/TCP`, `<node>:31280/TCP`, `shop.example/app1`. */
  address: string
  hops: Hop[]
}

/** An endpoint that is no pod of this cluster. */
export interface OutsideEndpoint {
  address: string
  port: number
  ready: boolean
  /** Where the address was read, for those of `external`: `svc/backend1-lb`. */
  origin?: string
}

/** Every way to the pods of one Service. */
export interface Path {
  entries: Entry[]
  /** Ready endpoints at the end of it, and all of them; absent when endpoints could not be read. */
  endpoints?: { ready: number; total: number; nodes: number }
  /** The endpoints one by one, where they are outside the cluster: a Service without selector. */
  outside?: OutsideEndpoint[]
}
