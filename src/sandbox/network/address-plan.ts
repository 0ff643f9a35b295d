import { existsSync, readFileSync } from 'node:fs'

/**
 * The addresses of one sandbox: all of 127.X.0.0/16 for an X of its own, so that several can run beside each other.
 *
 *     127.X.0.1          API server
 *     127.X.0.10+n       node n (1, 2, …)
 *     127.X.96.0/20      Services
 *     127.X.128+n.0/24   pods of node n
 */
export interface AddressPlan {
  apiServer: string
  node(index: number): string
  podCidr(index: number): string
  pod(index: number, host: number): string
  service(host: number): string
  /** The index of the node whose pod has this address; undefined for all others. */
  nodeOfPod(address: string): number | undefined
  isService(address: string): boolean
}

export function addressPlan(network: number): AddressPlan {
  const prefix = `127.${network}`
  return {
    apiServer: `${prefix}.0.1`,
    node: (index) => `${prefix}.0.${10 + index}`,
    podCidr: (index) => `${prefix}.${128 + index}.0/24`,
    pod: (index, host) => `${prefix}.${128 + index}.${host}`,
    service: (host) => `${prefix}.${96 + (host >> 8)}.${host & 255}`,
    nodeOfPod: (address) => {
      const [first, second, third] = address.split('.')
      const index = Number(third) - 128
      return `${first}.${second}` === prefix && index > 0 ? index : undefined
    },
    isService: (address) => {
      const [first, second, third] = address.split('.')
      return `${first}.${second}` === prefix && Number(third) >= 96 && Number(third) < 112
    },
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
