import { didYouMean } from '../../model/common/words/spelling.ts'
import type { TypedAddress } from '../../external/plan/addresses.ts'
import type { FromRef } from '../../external/origin/refs.ts'
import type { ExternalPort } from '../../external/types.ts'
import { usageError, invalidValue, type UserError } from '../../model/common/user-error.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { anyKind } from '../../model/affinity/target.ts'
import { parseQuery } from '../../model/targets/parse.ts'
import type { ExternalFlagValues } from './flags.ts'
import { demandNames } from '../../external/plan/ports.ts'
import { parseIp } from '../../model/common/network/ip.ts'
import { isPort } from '../../model/common/network/port.ts'
import { defined } from '../../model/common/values.ts'

/** One call of `external NAME`. */
export interface ExternalTask {
  name: string
  ports: readonly ExternalPort[] | undefined
  typed: readonly TypedAddress[]
  from: readonly FromRef[]
}

/** What is to be done, from words and flags. */
export function readTask(words: readonly string[], flags: ExternalFlagValues): ExternalTask {
  if (words.length === 0)
    throw usageError(
      'a name for the Service is required',
      'for example: kubectl affinity external backend --port 80 --to 192.0.2.7,192.0.2.8',
    )
  const [name = '', ...others] = namesIn(words)
  const meant = didYouMean(name, ['delete', 'list'])
  if (others.length > 0)
    throw usageError(
      `external takes one Service at a time, got ${[name, ...others].map((one) => `"${one}"`).join(', ')}`,
      ...(meant === undefined ? [] : [`did you mean "${meant}"?`]),
    )
  refuseCombinations(flags)
  return {
    name,
    ports: flags.port === undefined ? undefined : parsePorts(flags.port),
    typed: parseTo(flags.to ?? []),
    from: parseFrom(flags.from ?? []),
  }
}

/** Names of Services. One that is called list or delete is svc/list, svc/delete. */
export function namesIn(words: readonly string[]): readonly string[] {
  const query = parseQuery(words, {}, { verb: 'external', kinds: [anyKind(serviceKind)] })
  return query.kind === 'names' ? query.targets.map((target) => target.name) : []
}

type FlagName = keyof ExternalFlagValues

function refuseCombinations(flags: ExternalFlagValues): void {
  const together = (one: FlagName, other: FlagName): void => {
    if (isGiven(flags, one) && isGiven(flags, other))
      throw usageError(`--${one} and --${other} cannot be used together`)
  }
  const needs = (one: FlagName, other: FlagName): void => {
    if (isGiven(flags, one) && !isGiven(flags, other)) throw usageError(`--${one} needs --${other}`)
  }
  together('to', 'from')
  for (const flag of [
    'from-context',
    'from-kubeconfig',
    'from-namespace',
    'node-port',
    'wait',
    'watch',
  ] as const)
    needs(flag, 'from')
  needs('wait-timeout', 'wait')
  if (isGiven(flags, 'from') && !isGiven(flags, 'from-context') && !isGiven(flags, 'from-kubeconfig'))
    throw usageError(
      '--from needs the other cluster:  --from-context NAME',
      'see what there is:  kubectl config get-contexts',
    )
  for (const flag of ['diff', 'dry-run', 'wait'] as const) together('watch', flag)
  if (flags.watch && flags.output !== 'text') throw usageError('--watch and --output cannot be used together')
  if (flags.diff && flags.output !== 'text') throw usageError('--diff and --output cannot be used together')
  if (flags['node-port'] && parseFrom(flags.from ?? []).some(({ kind }) => kind !== 'service'))
    throw usageError('--node-port goes with --from svc/NAME: a gateway or ingress has no node ports')
  if (!isGiven(flags, 'to') && !isGiven(flags, 'from') && !flags.adopt)
    throw usageError(
      'where do the backends come from?',
      'addresses:         --to 192.0.2.7,192.0.2.8',
      'another cluster:   --from-context CONTEXT --from svc/NAME',
      'endpoints that are there already, by hand or as an Endpoints object:  --adopt',
    )
}

function isGiven(flags: ExternalFlagValues, flag: FlagName): boolean {
  const value = flags[flag]
  return value !== undefined && value !== false && value !== 'none'
}

/** DNS-1123 label, the rule for the names of Service ports (k8s.io/apimachinery, IsDNS1123Label). */
const portName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const protocols = ['TCP', 'UDP', 'SCTP'] as const

/** `80`, `80:http`, `53:dns/udp`, several behind one another with commas. Throws UserError for anything else. */
export function parsePorts(texts: readonly string[]): ExternalPort[] {
  const ports = texts.flatMap((text) => text.split(',')).map((text) => parsePort(text))
  demandNames(ports)
  return ports
}

function parsePort(text: string): ExternalPort {
  const [, number = '', name, protocol = 'TCP'] = /^(\d+)(?::([^/]*))?(?:\/(.*))?$/.exec(text) ?? []
  const wrong = (why: string): UserError => invalidValue('port', text, why)
  if (number === '') throw wrong('must be PORT[:NAME][/PROTOCOL], such as 80, 80:http or 53:dns/UDP')
  const port = Number(number)
  if (!isPort(port)) throw wrong('a port is a number from 1 to 65535')
  if (name !== undefined && !portName.test(name))
    throw wrong('the name of a port has lower-case letters, digits and dashes')
  if (name !== undefined && /^\d+$/.test(name))
    throw wrong(
      `what follows the colon is a name; the port of a backend stands in --to, as 192.0.2.7:${name}`,
    )
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
