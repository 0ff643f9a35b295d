import { parseIp } from '../../../model/common/network/ip.ts'
import { isPort } from '../../../model/common/network/port.ts'
import { invalidValue, usageError } from '../../../model/common/user-error.ts'
import { parseVia } from '../../../probe/plan/entries/asked.ts'
import type { ProbeOptions } from '../../../probe/plan/options.ts'
import type { ProbeFlags } from './definitions.ts'
import { refuseWhatDoesNotGoTogether } from './together.ts'
import {
  acceptedErrorOf,
  counterOf,
  headerOf,
  identifyModeOf,
  intervalOf,
  payloadOf,
  readCa,
} from './values.ts'
import { defined } from '../../../model/common/values.ts'

/** Requests per second of one client, and of all clients together. */
const defaultRate = 50
const defaultRateOfAll = 1000

/** Throws UserError for values that cannot be meant or do not go together. */
export function readProbeFlags(flags: ProbeFlags): Omit<ProbeOptions, 'namespace' | 'service'> {
  // 0 is the default that help shows.
  const requests = flags.requests === 0 ? undefined : flags.requests
  const { clients } = flags
  refuseWhatDoesNotGoTogether({ ...flags, requests })
  if (flags.port !== undefined && /^-?\d+$/.test(flags.port) && !isPort(Number(flags.port)))
    throw invalidValue('port', flags.port, 'a port is a number from 1 to 65535')
  const path = pathOf(flags)
  const payload = flags.send === undefined ? undefined : payloadOf(flags.send)
  const inPods = readInPods(flags)
  const ca = flags.ca === undefined ? undefined : readCa(flags.ca)
  return {
    path,
    scheme: flags.scheme,
    intervalMs:
      flags.interval ??
      intervalOf(flags.rate ?? String(Math.min(defaultRate, defaultRateOfAll / (clients ?? 1)))),
    timeoutMs: flags.timeout ?? 2000,
    keepAlive: flags['keep-alive'],
    tls: defined({ ...(flags.insecure ? { insecure: true } : {}), ca }),
    acceptedError: acceptedErrorOf(flags.confidence ?? defaultConfidence(flags)),
    identify: identifyModeOf(flags.identify),
    podRunningTimeoutMs: flags['pod-running-timeout'] ?? 60_000,
    ...(flags['pod-running-timeout'] === undefined ? {} : { waitsForImage: true }),
    ...defined({ inPods, image: flags.image, port: flags.port }),
    ...(flags.protocol === undefined ? {} : { protocol: flags.protocol === 'udp' ? 'UDP' : 'TCP' }),
    ...defined({ payload, requests, durationMs: flags.duration, node: flags.node, expect: flags.expect }),
    ...(flags.fingerprint ? { fingerprint: true } : {}),
    ...defined({ clients }),
    ...(flags.spread === undefined ? {} : { spreadNodes: true }),
    ...(flags['host-network'] ? { hostNetwork: true } : {}),
    ...entriesFlags(flags),
    ...usersFlags(flags),
  }
}

/** The first one; through a gateway there may be more. Refuses names that are empty. */
function pathOf({ path: paths = [], host, node }: ProbeFlags): string {
  for (const path of paths)
    if (!/^\/[\x21-\x7e]*$/.test(path))
      throw invalidValue(
        'path',
        path,
        'must begin with "/" and hold no spaces, control characters or letters beyond ASCII (encode them with %)',
      )
  if (node === '') throw invalidValue('node', '', 'must be the name of a node')
  for (const name of host ?? [])
    if (!isHost(name))
      throw invalidValue(
        'host',
        name,
        'must be a host such as shop.example.com, without scheme, port or path',
      )
  return paths[0] ?? '/'
}

/** A name as DNS knows them, with a star or an underscore where people write them, or an address. */
function isHost(name: string): boolean {
  return (
    /^[a-z0-9*_]([a-z0-9._-]*[a-z0-9_.])?$/i.test(name) ||
    parseIp(name.replace(/^\[(.*)\]$/, '$1')) !== undefined
  )
}

/** Users that a probe through a gateway simulates: enough to see that they differ, few enough to be quick. */
export const defaultUsers = 6

/** Users with a jar, and what all requests carry. */
function usersFlags(flags: ProbeFlags): Pick<ProbeOptions, 'users' | 'headers' | 'counter' | 'showCookies'> {
  const { jar, sessions, header = [], 'session-counter': counter, 'show-cookies': showCookies } = flags
  const users = jar === false ? 0 : (sessions ?? (jar === true ? defaultUsers : undefined))
  return {
    ...defined({ users }),
    ...(counter === undefined ? {} : { counter: counterOf(counter) }),
    ...(showCookies ? { showCookies } : {}),
    ...(header.length === 0 ? {} : { headers: header.map((text) => headerOf(text)) }),
  }
}

const families = { ipv4: 'IPv4', ipv6: 'IPv6', all: 'all' } as const

/** Where clients enter, and whether this machine is one. */
function entriesFlags(flags: ProbeFlags): Pick<ProbeOptions, 'via' | 'viaLocal'> {
  const { via, 'ip-family': family, 'all-ports': allPorts, 'via-local': viaLocal } = flags
  const usual = viaLocal ? 'all' : new Set(['cluster-ip' as const])
  const isAsked = via !== undefined || family !== undefined || allPorts
  const kinds = via === undefined ? usual : parseVia(via)
  if (flags['measure-timeout'] && isAsked && (kinds === 'all' || kinds.size > 1 || family === 'all'))
    throw usageError('a timeout is measured at one way in', 'name one:  --via node-port')
  return {
    ...(isAsked
      ? {
          via: {
            kinds,
            ...(family === undefined ? {} : { family: families[family] }),
            ...(allPorts ? { allPorts } : {}),
          },
        }
      : {}),
    ...(viaLocal ? { viaLocal } : {}),
  }
}

/** `pod/NAME` or `NAME`, as kubectl exec takes it. */
function readInPods(flags: ProbeFlags): ProbeOptions['inPods'] {
  const { 'in-pod': texts, container } = flags
  if (texts === undefined) {
    if (container === undefined) return undefined
    throw usageError('--container names a container of the pod of --in-pod, which is missing')
  }
  const pods = texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const [, pod] = /^(?:pods?\/|po\/)?([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)$/.exec(text) ?? []
      if (pod === undefined) throw invalidValue('in-pod', text, 'must be pod/NAME')
      return pod
    })
  return [...new Set(pods)].map((pod) => defined({ pod, container }))
}

/** Each digit more takes a measurement more clients or another round, and costs a probe next to nothing. */
function defaultConfidence(flags: ProbeFlags): string {
  return flags['measure-timeout'] ? '99.9%' : '99.9999%'
}
