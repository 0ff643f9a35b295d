/**
 * The address plan, whole, in one place. All of it is private to the machine; nothing is routed out.
 * A second address family is one more range beside each of these.
 */

/** Joins the host, where the control plane runs, with the nodes and the outside client. */
export const bridge = {
  link: 'affinity0',
  address: '10.89.0.1',
  network: '10.89.0.0/24',
  prefix: 24,
} as const

/** etcd and the metrics ports listen here: no other program's loopback address, no other machine's reach. */
export const controlPlaneLoopback = '127.89.0.1'

export const podNetwork = '10.244.0.0/16'
export const serviceNetwork = '10.96.0.0/16'
export const kubernetesService = '10.96.0.1'
export const dnsService = '10.96.0.10'
export const clusterDomain = 'cluster.local'

/** Free addresses for Services of type LoadBalancer; they lead to the first node. */
export const loadBalancerNetwork = '10.89.1.0/24'

/** A client outside the cluster: on the nodes' network, but no node and no pod. */
export const outside = { netns: 'affinity-outside', veth: 'affinity-out', address: '10.89.0.200' } as const

export const apiServerUrl = `https://${bridge.address}:6443`

export interface NodeAddresses {
  name: string
  netns: string
  veth: string
  address: string
  podNetwork: string
}

export const maxNodes = 20

/** Names and addresses of node 1, 2, … */
export const nodeAddresses = (index: number): NodeAddresses => ({
  name: `node${index}`,
  netns: `affinity-node${index}`,
  veth: `affinity-n${index}`,
  address: `10.89.0.${10 + index}`,
  podNetwork: `10.244.${index}.0/24`,
})

/** All nodes of a lab of this size. */
export const allNodes = (count: number): NodeAddresses[] =>
  Array.from({ length: count }, (_, index) => nodeAddresses(index + 1))
