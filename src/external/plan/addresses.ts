import { contains, type Ip, parseCidr } from '../../model/common/network/ip.ts'

/** An address that a user has typed. */
export interface TypedAddress {
  ip: Ip
  port?: number
  /** As it was typed. */
  text: string
}

/** Ranges that no backend can be in; the API refuses the first four itself, for a part of them. */
const forbidden = (
  [
    ['0.0.0.0/8', 'it is unspecified'],
    ['127.0.0.0/8', 'it is a loopback address: every node would call itself'],
    ['169.254.0.0/16', 'it is link-local: it means something else on every node'],
    ['224.0.0.0/4', 'it is a multicast address: nobody accepts connections there'],
    ['255.255.255.255/32', 'it is the broadcast address'],
    ['::/128', 'it is unspecified'],
    ['::1/128', 'it is a loopback address: every node would call itself'],
    ['fe80::/10', 'it is link-local: it means something else on every node'],
    ['ff00::/8', 'it is a multicast address: nobody accepts connections there'],
  ] as const
).map(([range, why]) => ({ range: parseCidr(range), why }))

/** Why nobody outside the cluster can have an address; undefined when somebody can. */
export function forbiddenBackend(ip: Ip): string | undefined {
  return forbidden.find(({ range }) => range !== undefined && contains(range, ip))?.why
}
