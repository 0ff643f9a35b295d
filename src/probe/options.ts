import { readFileSync } from 'node:fs'
import type { IdentifyMode } from '../model/observation.ts'
import { invalidValue, UserError } from '../model/user-error.ts'
import { parseVia } from './entries/asked.ts'
import type { ProbeOptions } from './plan.ts'

/** Requests per second of one client, and of all clients together. */
const defaultRate = 50
const defaultRateOfAll = 1000

/** The flags of `probe` that need more than a parser: they are checked together here. */
export interface ProbeFlags {
  'all-ports'?: boolean
  ca?: string | undefined
  clients?: number | undefined
  compare?: string | undefined
  confidence?: string | undefined
  container?: string | undefined
  duration?: number | undefined
  during?: string | undefined
  echo: boolean
  expect?: 'sticky' | 'spread' | undefined
  'host-network'?: boolean
  fingerprint: boolean
  identify: string
  image?: string | undefined
  'in-pod'?: string | undefined
  insecure: boolean
  interval?: number | undefined
  'ip-family'?: 'ipv4' | 'ipv6' | 'all' | undefined
  'keep-alive': boolean
  max?: number | undefined
  'measure-timeout': boolean
  node?: string | undefined
  path: string
  'pod-running-timeout'?: number | undefined
  port?: string | undefined
  protocol?: 'tcp' | 'udp' | undefined
  rate?: string | undefined
  requests?: number | undefined
  scheme: ProbeOptions['scheme']
  send?: string | undefined
  shadow: boolean
  spread?: 'nodes' | undefined
  timeout?: number | undefined
  via?: string[] | undefined
  'via-local'?: boolean
  watch: boolean
  'what-if'?: string[] | undefined
}

/** Flags of which only one can be meant: each with those that it excludes. */
const exclusive: Partial<Record<keyof ProbeFlags, readonly (keyof ProbeFlags)[]>> = {
  'all-ports': ['compare', 'echo', 'port', 'what-if'],
  ca: ['insecure'],
  compare: ['echo', 'what-if'],
  during: [
    'all-ports',
    'clients',
    'compare',
    'duration',
    'echo',
    'in-pod',
    'measure-timeout',
    'requests',
    'spread',
    'via',
    'via-local',
    'watch',
    'what-if',
  ],
  echo: ['what-if'],
  clients: ['compare', 'echo', 'what-if'],
  'in-pod': [
    'all-ports',
    'ca',
    'clients',
    'compare',
    'echo',
    'host-network',
    'ip-family',
    'keep-alive',
    'measure-timeout',
    'node',
    'protocol',
    'send',
    'spread',
    'via',
    'via-local',
    'what-if',
  ],
  fingerprint: ['clients', 'compare', 'echo', 'in-pod', 'measure-timeout', 'spread', 'what-if'],
  interval: ['rate'],
  'ip-family': ['compare', 'echo', 'what-if'],
  'measure-timeout': [
    'all-ports',
    'compare',
    'duration',
    'echo',
    'expect',
    'host-network',
    'interval',
    'ip-family',
    'keep-alive',
    'rate',
    'requests',
    'spread',
    'via',
    'via-local',
    'what-if',
  ],
  node: ['spread'],
  requests: ['duration'],
  send: ['ca', 'insecure'],
  spread: ['compare', 'echo', 'what-if'],
  via: ['compare', 'echo', 'what-if'],
  'via-local': ['compare', 'echo', 'what-if'],
  watch: [
    'all-ports',
    'clients',
    'compare',
    'echo',
    'in-pod',
    'measure-timeout',
    'requests',
    'spread',
    'via',
    'via-local',
    'what-if',
  ],
}

/** Throws UserError for values that cannot be meant or do not go together. */
export function readProbeFlags(flags: ProbeFlags): Omit<ProbeOptions, 'namespace' | 'service'> {
  // 0 is the default that help shows.
  const requests = flags.requests === 0 ? undefined : flags.requests
  const { clients } = flags
  refuseTogether({ ...flags, requests })
  if (clients === 0) refuseWithoutPods(flags)
  if (!/^\/[\x21-\x7e]*$/.test(flags.path)) {
    throw invalidValue(
      'path',
      flags.path,
      'must begin with "/" and hold no spaces, control characters or letters beyond ASCII (encode them with %)',
    )
  }
  const payload = flags.send === undefined ? undefined : payloadOf(flags.send)
  refuseWithoutHttp(flags)
  const inPod = readInPod(flags)
  refuseLookingIntoPods(flags)
  const ca = flags.ca === undefined ? undefined : readCa(flags.ca)
  return {
    path: flags.path,
    scheme: flags.scheme,
    intervalMs:
      flags.interval ??
      intervalOf(flags.rate ?? String(Math.min(defaultRate, defaultRateOfAll / (clients ?? 1)))),
    timeoutMs: flags.timeout ?? 2000,
    keepAlive: flags['keep-alive'],
    tls: { ...(flags.insecure ? { insecure: true } : {}), ...(ca === undefined ? {} : { ca }) },
    acceptedError: acceptedErrorOf(flags.confidence ?? defaultConfidence(flags)),
    identify: identifyModeOf(flags.identify),
    podRunningTimeoutMs: flags['pod-running-timeout'] ?? 60_000,
    ...(inPod === undefined ? {} : { inPod }),
    ...(flags.image === undefined ? {} : { image: flags.image }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.protocol === undefined ? {} : { protocol: flags.protocol === 'udp' ? 'UDP' : 'TCP' }),
    ...(payload === undefined ? {} : { payload }),
    ...(requests === undefined ? {} : { requests }),
    ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
    ...(flags.node === undefined ? {} : { node: flags.node }),
    ...(flags.expect === undefined ? {} : { expect: flags.expect }),
    ...(flags.fingerprint ? { fingerprint: true } : {}),
    ...(clients === undefined ? {} : { clients }),
    ...(flags.spread === undefined ? {} : { spreadNodes: true }),
    ...(flags['host-network'] === true ? { hostNetwork: true } : {}),
    ...entriesFlags(flags),
  }
}

/** Flags that say something about another one. */
const parts: Partial<Record<keyof ProbeFlags, keyof ProbeFlags>> = {
  max: 'measure-timeout',
  shadow: 'measure-timeout',
}

const families = { ipv4: 'IPv4', ipv6: 'IPv6', all: 'all' } as const

/** Where clients enter, and whether this machine is one. */
function entriesFlags(flags: ProbeFlags): Pick<ProbeOptions, 'via' | 'viaLocal'> {
  const { via, 'ip-family': family, 'all-ports': allPorts, 'via-local': viaLocal } = flags
  const usual = viaLocal === true ? 'all' : new Set(['cluster-ip' as const])
  const isAsked = via !== undefined || family !== undefined || allPorts === true
  return {
    ...(isAsked
      ? {
          via: {
            kinds: via === undefined ? usual : parseVia(via),
            ...(family === undefined ? {} : { family: families[family] }),
            ...(allPorts === true ? { allPorts } : {}),
          },
        }
      : {}),
    ...(viaLocal === true ? { viaLocal } : {}),
  }
}

/** Without a client pod somebody else must ask, and what is said of client pods means nobody. */
function refuseWithoutPods(flags: ProbeFlags): void {
  if (flags['via-local'] !== true)
    throw invalidValue(
      'clients',
      '0',
      'must be at least 1 without --via-local, which makes this machine a client',
    )
  const other = (['node', 'spread', 'host-network'] as const).find(
    (name) => flags[name] !== undefined && flags[name] !== false,
  )
  if (other !== undefined)
    throw new UserError(`--clients 0 and --${other} cannot be used together`, { exitCode: 2 })
}

/** A flag is used when it has a value other than that of one that is left out. */
function refuseTogether(flags: ProbeFlags): void {
  const isUsed = (name: keyof ProbeFlags): boolean => flags[name] !== undefined && flags[name] !== false
  for (const [name, others] of Object.entries(exclusive)) {
    const other = others.find((candidate) => isUsed(candidate))
    if (other === undefined || !isUsed(name as keyof ProbeFlags)) continue
    throw new UserError(`--${name} and --${other} cannot be used together`, { exitCode: 2 })
  }
  for (const [name, whole] of Object.entries(parts)) {
    if (isUsed(name as keyof ProbeFlags) && !isUsed(whole))
      throw new UserError(`--${name} needs --${whole}`, { exitCode: 2 })
  }
}

/** What is sent instead of HTTP, or over UDP, has no path and no headers, and is not encrypted. */
function refuseWithoutHttp(flags: ProbeFlags): void {
  const { scheme, send, protocol } = flags
  const other = send !== undefined ? '--send' : protocol === 'udp' ? '--protocol udp' : undefined
  if (other === undefined) {
    if (scheme !== 'tcp' || !flags['keep-alive']) return
    throw new UserError('--keep-alive with --scheme tcp needs --send', {
      exitCode: 2,
      hints: ['say what is asked again and again on the connection:  --send TEXT'],
    })
  }
  const first =
    scheme !== 'auto' && (scheme !== 'tcp' || protocol === 'udp')
      ? `--scheme ${scheme}`
      : flags.path !== '/'
        ? '--path'
        : flags.identify.startsWith('header:')
          ? '--identify header'
          : undefined
  if (first !== undefined)
    throw new UserError(`${first} and ${other} cannot be used together`, { exitCode: 2 })
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }

/** The bytes of a text in UTF-8, with the escapes \n \r \t \\ \xHH; one character per byte. */
function payloadOf(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  if (bytes.length > 1024)
    throw invalidValue('send', `${text.slice(0, 20)}…`, 'must not be longer than 1024 bytes')
  return bytes.replaceAll(/\\(x[\da-f]{2}|.|$)/gi, (escape, what: string) => {
    const named = escapes[what]
    if (named !== undefined) return named
    if (!/^x./i.test(what)) throw invalidValue('send', text, `"${escape}" is none of \\n \\r \\t \\\\ \\xHH`)
    return String.fromCharCode(parseInt(what.slice(1), 16))
  })
}

/** Only the requests of one client in a pod, through the cluster IP and over TCP, can be found again in the pods. */
function refuseLookingIntoPods(flags: ProbeFlags): void {
  const { identify, clients = 1, protocol } = flags
  if (identify !== 'access-log' && identify !== 'sockets') return
  const others = ['all-ports', 'ip-family', 'measure-timeout', 'spread', 'via', 'via-local'] as const
  const other =
    protocol === 'udp'
      ? 'protocol udp'
      : clients === 1
        ? others.find((name) => flags[name] !== undefined && flags[name] !== false)
        : 'clients'
  if (other === undefined) return
  throw new UserError(`--identify ${identify} and --${other} cannot be used together`, { exitCode: 2 })
}

/** `pod/NAME` or `NAME`, as kubectl exec takes it. */
function readInPod(flags: ProbeFlags): ProbeOptions['inPod'] {
  const { 'in-pod': text, container, scheme } = flags
  if (text === undefined) {
    if (container === undefined) return undefined
    throw new UserError('--container names a container of the pod of --in-pod, which is missing', {
      exitCode: 2,
    })
  }
  const [, pod] = /^(?:pods?\/|po\/)?([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)$/.exec(text) ?? []
  if (pod === undefined) throw invalidValue('in-pod', text, 'must be pod/NAME')
  if (scheme === 'tcp') {
    throw new UserError('--in-pod speaks HTTP only: it cannot be used together with --scheme tcp', {
      exitCode: 2,
    })
  }
  return { pod, ...(container === undefined ? {} : { container }) }
}

function intervalOf(rate: string): number {
  if (rate === 'max') return 0
  const perSecond = Number(rate)
  if (!(perSecond >= 0.001 && perSecond <= 10_000)) {
    throw invalidValue('rate', rate, 'must be a number of requests per second from 0.001 to 10000, or "max"')
  }
  return 1000 / perSecond
}

/** Each digit more takes a measurement more clients or another round, and costs a probe next to nothing. */
function defaultConfidence(flags: ProbeFlags): string {
  return flags['measure-timeout'] ? '99.9%' : '99.9999%'
}

/** `99.9%` or `0.999` → 0.001. The smallest error is 10⁻¹⁵: below it floating point would print nonsense. */
function acceptedErrorOf(confidence: string): number {
  const percent = confidence.endsWith('%')
  const value = Number(percent ? confidence.slice(0, -1) : confidence)
  const error = percent ? (100 - value) / 100 : 1 - value
  if (confidence === '' || !(error >= 1e-15 && error <= 0.5)) {
    throw invalidValue('confidence', confidence, 'must be at least 50% (0.5) and less than 100% (1)')
  }
  // 100 − 99.9999 is 0.000099999…4: keep the digits that were meant.
  return Number(error.toPrecision(6))
}

function identifyModeOf(text: string): IdentifyMode {
  if (text === 'auto' || text === 'access-log' || text === 'sockets' || text === 'anonymous') {
    return { kind: text }
  }
  const [, kind, value] = /^(json|header|regex):(.+)$/s.exec(text) ?? []
  if (kind === 'json') return { kind, path: value! }
  if (kind === 'header') {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(value!))
      throw invalidValue('identify', text, 'is not the name of a header')
    return { kind, name: value! }
  }
  if (kind === 'regex') {
    try {
      void new RegExp(value!)
    } catch (error) {
      throw invalidValue('identify', text, error instanceof Error ? error.message : String(error))
    }
    return { kind, pattern: value! }
  }
  throw invalidValue(
    'identify',
    text,
    'must be auto, access-log, sockets, anonymous, json:PATH, header:NAME or regex:RE',
  )
}

function readCa(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(
      `cannot read --ca "${file}": ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalidValue('ca', file, 'the file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)')
  }
  return text
}
