import { existsSync, readFileSync } from 'node:fs'
import { type Family, parseIp } from '../../model/common/network/ip.ts'

/**
 * The addresses of one sandbox: all of 240.X.0.0/16 for an even X of its own, so that several can run beside each other.
 *
 *     240.X.0.1          API server
 *     240.X.0.10+n       node n (1, 2, …)
 *     240.X.64.0/24      load balancers
 *     240.X.96.0/20      Services, 240.X.96.10 the cluster's DNS
 *     240.X.128+n.0/24   pods of node n
 *
 * With IPv6 they have the same digits: 2001:db8:X::96:20 goes with 240.X.96.20.
 *
 * Both are of ranges that no router forwards (240.0.0.0/4 is reserved, 2001:db8::/32 is for documentation), so that whoever takes
 * them to another network asks nobody there.
 *
 * These are what the API says, as no cluster has loopback addresses for pods. The sockets are on the same address with
 * 127 in the place of 240 (`physical`), which every machine with Linux has without any preparation. It has but one
 * loopback address of IPv6, so those have sockets on IPv4 too: on 127.X+1.96.20.
 */
export interface AddressPlan {
  apiServer: string
  node(index: number): string
  /** Both families. */
  podCidrs(index: number): string[]
  pod(index: number, host: number): string
  /** Both families. */
  serviceCidrs: string[]
  service(host: number): string
  loadBalancer(host: number): string
  dns: string
  /** The address of a family that goes with an IPv4 address of a sandbox. Others are what they are. */
  inFamily(address: string, family: Family): string
  /** The index of the node whose pod has this address; undefined for all others. */
  nodeOfPod(address: string): number | undefined
  /** The index of the node whose own address this is. */
  nodeWith(address: string): number | undefined
  /**
   * Where the socket for an address of a sandbox is, this one or another: all of 240.1.0.0 to 240.254.255.255 are taken for
   * sandboxes. Other addresses are what they are.
   */
  physical(address: string): string
  /** The address that the API has for one of `physical`. */
  logical(address: string): string
  /** Where to connect to: `physical`, but pods listen for both families on their address of IPv4. */
  reach(address: string): string
}

interface Parts {
  family: Family
  network: number
  subnet: number
  host: number
}

/** Subnets of pods are those from here on. */
const firstPodSubnet = 128

/** @param network X, even */
export function addressPlan(network: number): AddressPlan {
  const prefix = `240.${network}`
  const service = (host: number): string => `${prefix}.${96 + (host >> 8)}.${host & 255}`
  const own = (address: string): Partial<Parts> => {
    const parts = partsOf(address)
    return parts?.network === network ? parts : {}
  }
  return {
    apiServer: `127.${network}.0.1`,
    node: (index) => `${prefix}.0.${10 + index}`,
    podCidrs: (index) => [
      `${prefix}.${firstPodSubnet + index}.0/24`,
      `2001:db8:${network}::${firstPodSubnet + index}:0/112`,
    ],
    pod: (index, host) => `${prefix}.${firstPodSubnet + index}.${host}`,
    serviceCidrs: [`${prefix}.96.0/20`, `2001:db8:${network}::96:0/112`],
    service,
    loadBalancer: (host) => `${prefix}.64.${host}`,
    dns: service(10),
    inFamily: (address, family) => {
      const parts = partsOf(address)
      return parts === undefined || family === 'IPv4' ? address : written({ ...parts, family })
    },
    nodeOfPod: (address) => {
      const { subnet = 0 } = own(address)
      return subnet > firstPodSubnet ? subnet - firstPodSubnet : undefined
    },
    nodeWith: (address) => {
      const { subnet, host = 0 } = own(address)
      return subnet === 0 && host > 10 ? host - 10 : undefined
    },
    physical,
    logical,
    reach: (address) => {
      const parts = partsOf(address)
      return parts !== undefined && parts.subnet >= firstPodSubnet
        ? physical(written({ ...parts, family: 'IPv4' }))
        : physical(address)
    },
  }
}

function partsOf(address: string): Parts | undefined {
  const [, network, subnet, host] = /^240\.(?!0\.|255\.)(\d+)\.(\d+)\.(\d+)$/.exec(address) ?? []
  if (network !== undefined)
    return { family: 'IPv4', network: Number(network), subnet: Number(subnet), host: Number(host) }
  const six = /^2001:db8:(\d+)::(?:(\d+):)?(\d+)$/.exec(address)
  if (six === null) return undefined
  return { family: 'IPv6', network: Number(six[1]), subnet: Number(six[2] ?? 0), host: Number(six[3]) }
}

function written({ family, network, subnet, host }: Parts): string {
  if (family === 'IPv4') return `240.${network}.${subnet}.${host}`
  // The short form is the only one that the API takes.
  return `2001:db8:${network}::${subnet === 0 ? '' : `${subnet}:`}${host}`
}

function physical(address: string): string {
  const parts = partsOf(address)
  if (parts === undefined) return address
  const { family, network, subnet, host } = parts
  return `127.${family === 'IPv6' ? network + 1 : network}.${subnet}.${host}`
}

function logical(address: string): string {
  const parts = partsOf(address.replace(/^127\./, '240.'))
  if (parts === undefined || !address.startsWith('127.')) return address
  const { network } = parts
  return written(network % 2 === 0 ? parts : { ...parts, family: 'IPv6', network: network - 1 })
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

/** Of an address, the highest first: 4 or 16. */
export function bytesOf(address: string): Buffer {
  const { family = 'IPv4', value = 0n } = parseIp(address) ?? {}
  const digits = family === 'IPv4' ? 8 : 32
  return Buffer.from(value.toString(16).padStart(digits, '0'), 'hex')
}
