import { familyOf } from '../../model/common/network/ip.ts'
import { type AddressPlan, bytesOf, shownPort } from '../network/address-plan.ts'

/** The files in which Linux lists the TCP sockets of a network namespace. */
export const socketFiles = ['/proc/net/tcp', '/proc/net/tcp6']

/**
 * What such a file says in a pod: of this machine's sockets those on the pod's address, with the addresses that the API
 * has. Lines are `SL: LOCAL REMOTE STATE …` with addresses as `IP:PORT` in hexadecimal digits; an IPv4 address is a
 * number in the machine's own order of bytes, taken for little-endian, and in tcp6 it comes after a prefix. Connections
 * of IPv6 are on sockets of IPv4 here, and listed among those.
 * `physicalIp` is where the pod's sockets are.
 */
export function podSockets(
  text: string,
  physicalIp: string,
  { plan, lowestPort }: { plan: AddressPlan; lowestPort: number },
): string {
  const [header = '', ...lines] = text.split('\n')
  const own = lines.flatMap((line) => {
    const [, number = '', local = '', remote = '', rest = ''] = /^( *\d+: )(\S+) (\S+)(.*)$/.exec(line) ?? []
    if (parse(local)?.ip !== physicalIp) return []
    const family = familyOf(plan.logical(parse(remote)?.ip ?? ''))
    const [here, there] = [local, remote].map((end) => {
      const known = parse(end)
      if (known === undefined) return end
      const port = shownPort(known.port, lowestPort).toString(16).padStart(4, '0').toUpperCase()
      const address = plan.inFamily(plan.logical(known.ip), family)
      return `${family === 'IPv6' ? '' : known.prefix}${toHex(address)}:${port}`
    })
    return [`${number}${here} ${there}${rest}`]
  })
  return `${[header, ...own].join('\n')}\n`
}

/** An IPv4 address, also as one of IPv6; undefined for a real one of IPv6. */
function parse(end: string): { prefix: string; ip: string; port: number } | undefined {
  const [, prefix = '', hex, port] = /^((?:0{16}FFFF0000)?)([0-9A-F]{8}):([0-9A-F]{4})$/.exec(end) ?? []
  if (hex === undefined || port === undefined) return undefined
  return { prefix, ip: [...Buffer.from(hex, 'hex')].toReversed().join('.'), port: Number.parseInt(port, 16) }
}

/** Words of 32 bits, each in the machine's order. */
function toHex(address: string): string {
  return bytesOf(address).swap32().toString('hex').toUpperCase()
}
