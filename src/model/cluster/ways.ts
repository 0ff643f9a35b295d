import type { Service } from './kubernetes.ts'

/** A way into a Service that its own spec and status name. */
export interface ServiceWay {
  kind: 'load-balancer' | 'external-ip' | 'node-port' | 'cluster-ip'
  /** An IP address or the host name of a load balancer; absent where there is none: a node's, or one not given yet. */
  host?: string
  /** A load balancer that nodes leave to itself also for their own pods: `ipMode: Proxy`, or a host name. */
  proxied?: boolean
}

/**
 * The ways into a Service that a proxy serves, from outside to inside; none where no proxy is involved (headless,
 * ExternalName). A load balancer without an address and node ports are one way each, without a host.
 */
export function waysInto({ spec, status }: Service): ServiceWay[] {
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return []
  const balancers = (status?.loadBalancer?.ingress ?? []).flatMap(
    ({ ip, hostname, ipMode }): ServiceWay[] => {
      const host = ip ?? hostname
      if (host === undefined || host === '') return []
      return [
        { kind: 'load-balancer', host, ...(ip === undefined || ipMode === 'Proxy' ? { proxied: true } : {}) },
      ]
    },
  )
  const pending: ServiceWay[] =
    spec.type === 'LoadBalancer' && balancers.length === 0 ? [{ kind: 'load-balancer' }] : []
  // A manifest may leave the numbers to the cluster.
  const hasNodePorts =
    spec.type === 'NodePort' ||
    (spec.ports ?? []).some(({ nodePort }) => nodePort !== undefined && nodePort !== 0)
  const clusterIPs = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])
  return [
    ...balancers,
    ...pending,
    ...(spec.externalIPs ?? []).map((host): ServiceWay => ({ kind: 'external-ip', host })),
    ...(hasNodePorts ? [{ kind: 'node-port' } satisfies ServiceWay] : []),
    ...clusterIPs.map((host): ServiceWay => ({ kind: 'cluster-ip', host })),
  ]
}
