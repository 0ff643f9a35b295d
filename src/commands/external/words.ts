import type { TypedAddress } from '../../external/plan/addresses.ts'
import type { FromRef } from '../../external/origin/refs.ts'
import { demandNames } from '../../external/plan/ports.ts'
import type { ServicePort } from '../../external/types.ts'
import { parseIp } from '../../model/common/ip.ts'
import { isPort } from '../../model/common/port.ts'
import { invalidValue, usageError, type UserError } from '../../model/common/user-error.ts'
import { defined } from '../../model/common/defined.ts'

/** DNS-1123 label, the rule for the names of Service ports (k8s.io/apimachinery, IsDNS1123Label). */
const portName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const protocols = ['TCP', 'UDP', 'SCTP'] as const

/** `80`, `80:http`, `53:dns/udp`, several behind one another with commas. Throws UserError for anything else. */
export function parsePorts(texts: readonly string[]): ServicePort[] {
  const ports = texts.flatMap((text) => text.split(',')).map((text) => parsePort(text))
  demandNames(ports)
  return ports
}

function parsePort(text: string): ServicePort {
  const [, number = '', name, protocol = 'TCP'] = /^(\d+)(?::([^/]*))?(?:\/(.*))?$/.exec(text) ?? []
  const wrong = (why: string): UserError => invalidValue('port', text, why)
  if (number === '') throw wrong('must be PORT[:NAME][/PROTOCOL], such as 80, 80:http or 53:dns/UDP')
  const port = Number(number)
  if (!isPort(port)) throw wrong('a port is a number from 1 to 65535')
  if (name !== undefined && !portName.test(name))
    throw wrong('the name of a port has lower-case letters, digits and dashes')
  const known = protocols.find((one) => one === protocol.toUpperCase())
  if (known === undefined) throw wrong('the protocol is TCP, UDP or SCTP')
  return defined({ port, protocol: known, name })
}

/** `10.0.0.1`, `10.0.0.1:8080`, `fd00::1`, `[fd00::1]:8080`, several with commas. Throws UserError for anything else. */
export function parseTo(texts: readonly string[]): TypedAddress[] {
  return texts.flatMap((text) => text.split(',')).map((text) => parseAddress(text))
}

function parseAddress(text: string): TypedAddress {
  const { host, port } = splitAddress(text)
  const ip = parseIp(host)
  if (ip === undefined) throw invalidValue('to', text, whyNoAddress(host))
  if (port === undefined) return { ip, text }
  if (!/^\d+$/.test(port) || !isPort(Number(port)))
    throw invalidValue('to', text, 'a port is a number from 1 to 65535')
  return { ip, port: Number(port), text }
}

function splitAddress(text: string): { host: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  if (bracketed !== null) return defined({ host: bracketed[1] ?? '', port: bracketed[2] })
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

const kinds: Readonly<Record<string, FromRef['kind']>> = {
  service: 'service',
  services: 'service',
  svc: 'service',
  gateway: 'gateway',
  gateways: 'gateway',
  gtw: 'gateway',
  ingress: 'ingress',
  ingresses: 'ingress',
  ing: 'ingress',
}

const short = { service: 'svc', gateway: 'gateway', ingress: 'ingress' } as const

/** `svc/x`, `gateway/x`, `ingress/x`, several with commas. Throws UserError (usage) for anything else. */
export function parseFrom(texts: readonly string[]): FromRef[] {
  const refs = texts.flatMap((text) => text.split(',')).map((text) => parseRef(text))
  const twice = refs.find(({ text }, index) => refs.findIndex((ref) => ref.text === text) < index)
  if (twice !== undefined) throw usageError(`${twice.text} is given twice`)
  return refs
}

function parseRef(text: string): FromRef {
  const [, word = '', name = ''] = /^(?:([^/]+)\/)?([^/]+)$/.exec(text) ?? []
  const kind = kinds[word === '' ? 'service' : word.toLowerCase()]
  if (name !== '' && kind !== undefined) return { kind, name, text: `${short[kind]}/${name}` }
  throw invalidValue('from', text, 'must be svc/NAME, gateway/NAME or ingress/NAME')
}
