/**
 * The address plan, whole, in one place. All of it is private to the machine; nothing is routed out.
 * Everything has an address of each family, IPv4 first, which is what a Service gets that asks for nothing.
 */
export type Pair = readonly [ipv4: string, ipv6: string]

/** Joins the host, where the control plane runs, with the nodes and the outside client. */
export const bridge = {
  link: 'affinity0',
  address: '10.89.0.1',
  addresses: ['10.89.0.1', 'fd89::1'],
} as const

/** The network of the bridge. */
export const nodeNetworks: Pair = ['10.89.0.0/24', 'fd89::/64']

/** etcd and the metrics ports listen here: no other program's loopback address, no other machine's reach. */
export const controlPlaneLoopback = '127.89.0.1'

export const podNetworks: Pair = ['10.244.0.0/16', 'fd89:244::/56']
export const serviceNetworks: Pair = ['10.96.0.0/16', 'fd89:96::/108']
export const kubernetesService = '10.96.0.1'
export const dnsService = '10.96.0.10'
export const clusterDomain = 'cluster.local'

/** Addresses for Services of type LoadBalancer; they lead to the first node. */
export const loadBalancerNetworks: Pair = ['10.89.1.0/24', 'fd89:1::/64']

/** The address of a load balancer by its number. */
export const loadBalancerAddress = (number: number): Pair => [`10.89.1.${number}`, `fd89:1::${number}`]

/** The numbers of those that are handed out to Services that ask for none; others are written by hand, or asked for. */
export const automaticLoadBalancers: readonly number[] = Array.from({ length: 90 }, (_, index) => 110 + index)

/** What the network of a host on the bridge is made of. */
export interface Host {
  netns: string
  veth: string
  /** The IPv4 one. */
  address: string
  addresses: Pair
}

/** A client outside the cluster: on the nodes' network, but no node and no pod. */
export const outside: Host = {
  netns: 'affinity-outside',
  veth: 'affinity-out',
  address: '10.89.0.200',
  addresses: ['10.89.0.200', 'fd89::200'],
}

/**
 * The other cluster: its API server is on the bridge as well, everything else that it is said to have (load balancers,
 * nodes) is one network namespace.
 */
export const peer: Host = {
  netns: 'affinity-peer',
  veth: 'affinity-peer',
  address: '10.89.0.210',
  addresses: ['10.89.0.210', 'fd89::210'],
}

export const peerPort = 7443
export const peerApiServerUrl = `https://${bridge.address}:${peerPort}`
export const peerServiceNetworks: Pair = ['10.97.0.0/16', 'fd89:97::/108']

/** Addresses of its load balancers and nodes; somebody answers at each. */
export const peerNetworks: Pair = ['10.89.2.0/24', 'fd89:2::/64']

export const apiServerUrl = `https://${bridge.address}:6443`

export interface NodeAddresses extends Host {
  name: string
  podNetworks: Pair
}

export const maxNodes = 20

/** Names and addresses of node 1, 2, … */
export function nodeAddresses(index: number): NodeAddresses {
  const addresses: Pair = [`10.89.0.${10 + index}`, `fd89::${10 + index}`]
  return {
    name: `node${index}`,
    netns: `affinity-node${index}`,
    veth: `affinity-n${index}`,
    address: addresses[0],
    addresses,
    podNetworks: [`10.244.${index}.0/24`, `fd89:244:0:${index.toString(16)}::/64`],
  }
}

/** All nodes of a lab of this size. */
export const allNodes = (count: number): NodeAddresses[] =>
  Array.from({ length: count }, (_, index) => nodeAddresses(index + 1))
