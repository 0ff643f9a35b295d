export type IpFamily = 'IPv4' | 'IPv6'

/** Where clients enter: what they connect to, and what of the Service is behind it. */
export interface SurveyEntry {
  index: number
  kind: 'cluster-ip' | 'dns' | 'node-port' | 'load-balancer' | 'external-ip'
  host: string
  /** What clients connect to: a node port, or the Service's own port. */
  port: number
  /** The port of the Service that this leads to. */
  servicePort: number
  portName?: string
  protocol: 'TCP' | 'UDP'
  family: IpFamily
  /** The node whose port it is. */
  node?: string
  /** The traffic policy that counts here is `Local`: the node that is entered uses its own endpoints only. */
  policyLocal?: boolean
  /** A load balancer that nodes do not stand in for when their own pods connect to it (`ipMode: Proxy`). */
  proxied?: boolean
}
