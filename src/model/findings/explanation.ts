/** The end of every way to a Service. */
export interface EndpointCount {
  /** These stand in files; a cluster adds the pods of the selector. */
  besidesSelected?: true
  ready: number
  total: number
  /** Nodes with a ready one. */
  nodes: number
}

/** An endpoint that is no pod of this cluster. */
export interface OutsideEndpoint {
  address: string
  port: number
  ready: boolean
  /** Where the address was read, for those of `external`: `svc/backend1-lb`. */
  origin?: string
}
