import { isGiven } from '../../../cli/flags/values.ts'
import { invalidValue, usageError } from '../../../model/common/user-error.ts'
import type { ProbeFlags } from './definitions.ts'

/** Ways to probe of which only one can be meant, and the flags that each has no use for. */
const exclusive: Partial<Record<keyof ProbeFlags, readonly (keyof ProbeFlags)[]>> = {
  address: ['all-ports', 'compare', 'echo', 'ip-family', 'via', 'what-if'],
  'all-ports': ['port'],
  ca: ['insecure'],
  compare: ['echo', 'what-if'],
  // What is done once, in the middle, is not done for each of two; and it ends the run.
  during: ['compare', 'duration', 'echo', 'measure-timeout', 'requests', 'watch', 'what-if'],
  echo: ['what-if'],
  forge: ['compare', 'during', 'echo', 'watch', 'what-if'],
  host: ['all-ports', 'echo', 'ip-family', 'via', 'what-if'],
  jar: ['echo', 'send', 'what-if'],
  'session-counter': ['send'],
  sessions: ['echo', 'send', 'what-if'],
  // The pods are there: how many and where is given. A measurement takes as many as it needs.
  'in-pod': ['clients', 'host-network', 'measure-timeout', 'node', 'spread'],
  // A WebSocket is a connection of HTTP/1.1, and those that go on are at one place.
  websocket: ['http2', 'watch', 'during', 'replicas', 'compare', 'keep-alive', 'measure-timeout'],
  interval: ['rate'],
  'measure-timeout': [
    'all-ports',
    'compare',
    'duration',
    'echo',
    'expect',
    'fingerprint',
    'host-network',
    'interval',
    'keep-alive',
    'rate',
    'requests',
    'via-local',
    'what-if',
  ],
  node: ['spread'],
  requests: ['duration'],
  replicas: ['during', 'watch', 'via-local', 'compare', 'echo', 'measure-timeout', 'what-if'],
  send: ['ca', 'insecure'],
  // It ends when it is stopped, and there is one of it.
  watch: ['compare', 'echo', 'measure-timeout', 'requests', 'what-if'],
}

/** Flags that say something about another one. */
const parts: Partial<Record<keyof ProbeFlags, keyof ProbeFlags>> = {
  max: 'measure-timeout',
  shadow: 'measure-timeout',
}

/** Throws UserError (usage) for flags that cannot be meant together. `--requests 0` counts as not given. */
export function refuseWhatDoesNotGoTogether(flags: ProbeFlags): void {
  refuseTogether(flags)
  if (flags.clients === 0) refuseWithoutPods(flags)
  refuseWithoutHttp(flags)
  if (flags['measure-timeout']) refuseLookingIntoPods(flags)
}

function refuseTogether(flags: ProbeFlags): void {
  const isUsed = (name: keyof ProbeFlags): boolean => isGiven(flags, name)
  for (const [name, others] of Object.entries(exclusive)) {
    const other = others.find((candidate) => isUsed(candidate))
    if (other === undefined || !isUsed(name as keyof ProbeFlags)) continue
    throw usageError(`--${name} and --${other} cannot be used together`)
  }
  for (const [name, whole] of Object.entries(parts)) {
    if (isUsed(name as keyof ProbeFlags) && !isUsed(whole)) throw usageError(`--${name} needs --${whole}`)
  }
}

/** Without a client pod somebody else must ask, and what is said of client pods means nobody. */
function refuseWithoutPods(flags: ProbeFlags): void {
  if (!flags['via-local'])
    throw invalidValue(
      'clients',
      '0',
      'must be at least 1 without --via-local, which makes this machine a client',
    )
  const other = (['node', 'spread', 'host-network'] as const).find((name) => isGiven(flags, name))
  if (other !== undefined) throw usageError(`--clients 0 and --${other} cannot be used together`)
}

/** What is sent instead of HTTP, or over UDP, has no path and no headers, and is not encrypted. */
function refuseWithoutHttp(flags: ProbeFlags): void {
  const { scheme, send, protocol } = flags
  const other = send !== undefined ? '--send' : protocol === 'udp' ? '--protocol udp' : undefined
  if (other === undefined) {
    if (scheme !== 'tcp' || !flags['keep-alive']) return
    throw usageError(
      '--keep-alive with --scheme tcp needs --send',
      'say what is asked again and again on the connection:  --send TEXT',
    )
  }
  const first =
    scheme !== 'auto' && (scheme !== 'tcp' || protocol === 'udp')
      ? `--scheme ${scheme}`
      : flags.path?.some((path) => path !== '/') === true
        ? '--path'
        : flags.identify.startsWith('header:')
          ? '--identify header'
          : undefined
  if (first !== undefined) throw usageError(`${first} and ${other} cannot be used together`)
}

/** A measurement has rounds of many clients, of which each waits for the most part. */
function refuseLookingIntoPods({ identify }: ProbeFlags): void {
  if (identify !== 'access-log' && identify !== 'sockets') return
  throw usageError(`--identify ${identify} and --measure-timeout cannot be used together`)
}
