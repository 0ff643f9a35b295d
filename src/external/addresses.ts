import { contains, type Ip, parseCidr, parseIp } from '../model/ip.ts'
import { invalidValue } from '../model/user-error.ts'
import { isPort } from './ports.ts'

/** What was typed behind --to. */
export interface TypedAddress {
  ip: Ip
  port?: number
  /** As it was typed. */
  text: string
}

/** `10.0.0.1`, `10.0.0.1:8080`, `fd00::1`, `[fd00::1]:8080`, several with commas. Throws UserError for anything else. */
export function parseTo(texts: readonly string[]): TypedAddress[] {
  return texts.flatMap((text) => text.split(',')).map((text) => parseOne(text))
}

function parseOne(text: string): TypedAddress {
  const { host, port } = split(text)
  const ip = parseIp(host)
  if (ip === undefined) throw invalidValue('to', text, whyNoAddress(host))
  if (port === undefined) return { ip, text }
  if (!/^\d+$/.test(port) || !isPort(Number(port)))
    throw invalidValue('to', text, 'a port is a number from 1 to 65535')
  return { ip, port: Number(port), text }
}

function split(text: string): { host: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  if (bracketed !== null)
    return { host: bracketed[1] ?? '', ...(bracketed[2] === undefined ? {} : { port: bracketed[2] }) }
  const [host = '', port, ...more] = text.split(':')
  // With two colons and no brackets it is an IPv6 address.
  return port === undefined || more.length > 0 ? { host: text } : { host, port }
}

function whyNoAddress(host: string): string {
  if (host.includes('%')) return 'an address with a zone is link-local: it means something on one node only'
  if (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(host)) return 'write an IPv4 address as such'
  if (/^\d+(\.\d+){3}$/.test(host)) return 'must be four numbers from 0 to 255, without leading zeros'
  if (/^[\d:a-f.]*$/i.test(host))
    return 'must be an IP address, such as 192.0.2.7, 192.0.2.7:8080 or [2001:db8::7]:8080'
  return 'must be an IP address: EndpointSlices of host names are served by no proxy; for a name, use a Service of type ExternalName'
}

/** Ranges that no backend can be in; the API refuses the first four itself, for a part of them. */
const forbidden = (
  [
    ['0.0.0.0/8', 'it is unspecified'],
    ['127.0.0.0/8', 'it is a loopback address: every node would call itself'],
    ['169.254.0.0/16', 'it is link-local: it means something else on every node'],
    ['224.0.0.0/4', 'it is a multicast address: nobody accepts connections there'],
    ['240.0.0.0/4', 'it is reserved: nobody has it'],
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
