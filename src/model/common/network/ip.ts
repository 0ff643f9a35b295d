import { normaliseIpv6 } from './ipv6.ts'

export type Family = 'IPv4' | 'IPv6'

/** One address of the network, in the one spelling that the API wants (RFC 5952 for IPv6). */
export interface Ip {
  family: Family
  text: string
  /** Its bits as a number. */
  value: bigint
}

/** A network such as `10.96.0.0/16`. */
export interface Cidr {
  family: Family
  text: string
  first: bigint
  last: bigint
}

const bitsOf = { IPv4: 32, IPv6: 128 } as const

/**
 * Undefined for what is no address, and for spellings that Kubernetes refuses: leading zeros (`010.0.0.1` is octal to
 * some), a zone (`fe80::1%eth0`), and IPv4 written as IPv6 (`::ffff:10.0.0.1`).
 */
export function parseIp(text: string): Ip | undefined {
  if (text.includes('%')) return undefined
  const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  if (ipv4 !== undefined) {
    if (ipv4.some((byte) => Number(byte) > 255 || (byte.length > 1 && byte.startsWith('0')))) return undefined
    return { family: 'IPv4', text, value: numberOf(ipv4.map(Number), 8n) }
  }
  const groups = normaliseIpv6(text)
    ?.split(':')
    .map((group) => Number.parseInt(group, 16))
  return groups === undefined
    ? undefined
    : { family: 'IPv6', text: shortest(groups), value: numberOf(groups, 16n) }
}

/** Undefined for what is no network. Bits of the host are dropped. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined
  const bits = bitsOf[ip.family]
  if (Number(length) > bits) return undefined
  const size = 1n << BigInt(bits - Number(length))
  const first = ip.value - (ip.value % size)
  return { family: ip.family, text, first, last: first + size - 1n }
}

export function contains({ family, first, last }: Cidr, ip: Ip): boolean {
  return ip.family === family && ip.value >= first && ip.value <= last
}

/** Of what is known to be an address. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4'
}

/** An address as it stands in a URL: `10.0.0.1`, `[fd00::1]`. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function hostAndPort(address: string, port: number | string): string {
  return `${bracketed(address)}:${port}`
}

function numberOf(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n)
}

/** The longest run of two or more zero groups, the first of those, becomes `::`. */
function shortest(groups: readonly number[]): string {
  let [start, length] = [0, 1]
  for (let index = 0; index < groups.length; index++) {
    let end = index
    while (groups[end] === 0) end++
    if (end - index > length) [start, length] = [index, end - index]
  }
  const words = groups.map((group) => group.toString(16))
  if (length < 2) return words.join(':')
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`
}
