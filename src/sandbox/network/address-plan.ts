import { existsSync, readFileSync } from 'node:fs'

/**
 * The addresses of one sandbox: all of 10.X.0.0/16 for an X of its own, so that several can run beside each other.
 *
 *     10.X.0.1          API server
 *     10.X.0.10+n       node n (1, 2, …)
 *     10.X.96.0/20      Services, 10.X.96.10 the cluster's DNS
 *     10.X.128+n.0/24   pods of node n
 *
 * These are what the API says, as no cluster has loopback addresses for pods. The sockets are on the same address with
 * 127 in the place of 10 (`physical`), which every machine with Linux has without any preparation.
 */
export interface AddressPlan {
  apiServer: string
  node(index: number): string
  podCidr(index: number): string
  pod(index: number, host: number): string
  serviceCidr: string
  service(host: number): string
  dns: string
  /** The index of the node whose pod has this address; undefined for all others. */
  nodeOfPod(address: string): number | undefined
  /** The index of the node whose own address this is. */
  nodeWith(address: string): number | undefined
  /**
   * Where the socket for an address of a sandbox is, this one or another: all of 10.1.0.0 to 10.254.255.255 are taken for
   * sandboxes. Other addresses are what they are.
   */
  physical(address: string): string
  /** The address that the API has for one of `physical`. */
  logical(address: string): string
}

export function addressPlan(network: number): AddressPlan {
  const prefix = `10.${network}`
  const service = (host: number): string => `${prefix}.${96 + (host >> 8)}.${host & 255}`
  return {
    apiServer: `127.${network}.0.1`,
    node: (index) => `${prefix}.0.${10 + index}`,
    podCidr: (index) => `${prefix}.${128 + index}.0/24`,
    pod: (index, host) => `${prefix}.${128 + index}.${host}`,
    serviceCidr: `${prefix}.96.0/20`,
    service,
    dns: service(10),
    nodeOfPod: (address) => {
      const [first, second, third] = address.split('.')
      const index = Number(third) - 128
      return `${first}.${second}` === prefix && index > 0 ? index : undefined
    },
    nodeWith: (address) => {
      const index = address.startsWith(`${prefix}.0.`) ? Number(address.split('.')[3]) - 10 : 0
      return index > 0 ? index : undefined
    },
    physical: (address) => address.replace(/^10\.(?!0\.|255\.)/, '127.'),
    logical: (address) => address.replace(/^127\.(?!0\.|255\.)/, '10.'),
  }
}

/** Ports below this one are for administrators only. */
export function lowestOpenPort(): number {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return process.platform === 'linux' ? 1 : 0
  const setting = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
  return existsSync(setting) ? Number(readFileSync(setting, 'utf8')) : 1024
}

/** Where a port is really served: ports that this user may not open are moved up. */
export function openPort(port: number, lowest: number): number {
  return port < lowest ? port + 20_000 : port
}

/** The port that pods know for one that is really served. One that was never moved up may look as if it was. */
export function shownPort(port: number, lowest: number): number {
  return port >= 20_000 && port < 20_000 + lowest ? port - 20_000 : port
}
